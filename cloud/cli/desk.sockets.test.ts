import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { minutes } from "@penstock/protocol/units";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { deskAct } from "../desk/desk-actions.ts";
import { DeskWorld, fiveMinutes, unitEntry } from "../desk/testing/desk-world.ts";
import { type FleetHttp, fleetHttp, People } from "../fleet/index.ts";
import { FixtureFleet } from "../fleet/testing/fixture-fleet.ts";

const launcher = resolve(import.meta.dirname, "../bin/fleetctl.mjs");
const folder = mkdtempSync(join(tmpdir(), "penstock-desk-"));
const tokens = { "guest-1": "g".repeat(40), "trader-1": "t".repeat(40), "approver-1": "a".repeat(40) };
let server: FleetHttp;
let world: DeskWorld;

beforeAll(async () => {
  for (const [name, token] of Object.entries(tokens)) writeFileSync(fileOf(name), `${token}\n`, { mode: 0o600 });
  const people = new People([
    { name: "guest-1", role: "viewer", token: tokens["guest-1"] },
    { name: "trader-1", role: "trader", token: tokens["trader-1"] },
    { name: "approver-1", role: "approver", token: tokens["approver-1"] },
  ]);
  world = newWorld();
  const started = await fleetHttp({
    model: new FixtureFleet(world.clock).model,
    port: 0,
    pageFolder: "/nowhere",
    people,
    routes: { desk: () => ({ atMs: world.clock.nowMs(), ...world.desk.document(), acts: world.desk.acts() }) },
    actions: { desk: (act, body, by) => deskAct(world.desk.commands, fiveMinutes, act, body, by) },
  });
  if (!started.ok) throw new Error(started.error.code);
  server = started.value;
});
afterAll(() => server.close());

/** Two minutes into an interval, with one bid that waits. */
beforeEach(() => {
  world = newWorld();
  world.desk.start();
  world.clock.advance(minutes(2));
});

const newWorld = () => new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")] });
const waitingBid = (): string => world.desk.document().approvals[0]?.bidId ?? "none";

function fleetctl(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const env = { ...process.env, PENSTOCK_URL: server.url, PENSTOCK_TOKEN_FILE: "" };
    const child = spawn(process.execPath, [launcher, ...args], { env });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (code) => done({ code, out, err }));
  });
}

function fileOf(name: string): string {
  return join(folder, `${name}.token`);
}

const as = (name: keyof typeof tokens): readonly string[] => ["--token-file", fileOf(name)];

test("a trader sees what waits, looks at it and lets it out", async () => {
  const bidId = waitingBid();
  const listed = await fleetctl("approvals", "ls", "--json");
  expect(JSON.parse(listed.out)).toMatchObject({ version: 1, approvals: [{ bidId, signaturesNeeded: 1 }] });
  const shown = await fleetctl("approvals", "show", bidId);
  expect(shown.out).toMatch(/price per MWh +MW before +MW after/);
  expect(shown.out).toContain("AUD");
  expect(Math.max(...shown.out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  const done = await fleetctl("approvals", "approve", bidId, ...as("trader-1"), "--json");
  expect(done.code).toBe(0);
  expect(JSON.parse(done.out)).toMatchObject({ version: 1, bidId, state: "accepted" });
});

test("gates are set with a reason, and the list says by whom", async () => {
  const done = await fleetctl("gates", "set", "PNSTK1", "off", "--why", "storm", ...as("trader-1"));
  expect([done.code, done.out.trim()]).toEqual([0, "PNSTK1 energy is off from the next bid on"]);
  const { out } = await fleetctl("gates");
  expect(out).toMatch(/PNSTK1 +energy +off +trader-1\n +\d{4}-\d\d-\d\d .* trader-1: storm/);
  expect(out).toMatch(/ {2}park +energy +auto +configuration/);
});

test("a bid from a file goes out in the algorithm's place", async () => {
  const file = join(folder, "evening.json");
  const sites = { park: { belowMW: 0, steps: [{ fromPricePerMWh: -900, powerMW: 4 }] } };
  writeFileSync(file, JSON.stringify({ unit: "PNSTK1", intervalStart: "next", why: "a hunch", sites }));
  const { code, out } = await fleetctl("bid", "submit", file, ...as("trader-1"), "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ state: "accepted", author: { type: "person", name: "trader-1" } });
});

test("the switch is pulled by one and cleared by another", async () => {
  expect((await fleetctl("kill", "--why", "odd prices", ...as("trader-1"))).code).toBe(0);
  expect((await fleetctl("desk")).out).toMatch(/KILLED.*trader-1: odd prices/);
  expect((await fleetctl("kill", "clear", "--why", "checked", ...as("trader-1"))).code).toBe(1);
  expect((await fleetctl("kill", "clear", "--why", "checked", ...as("approver-1"))).code).toBe(0);
  expect((await fleetctl("desk")).out).toContain("the algorithm may bid");
  const log = (await fleetctl("desk", "log")).out;
  expect(log).toMatch(
    /^clear-kill +desk [^\n]*\n +\d{4}-.* approver-1: checked\nkill +desk [^\n]*\n .* trader-1: odd prices/,
  );
});

test.each([
  [["gates", "set", "PNSTK1", "off", "--why", "x"], 2, /say who you are: --token-file/],
  [["gates", "set", "PNSTK1", "off", ...as("trader-1")], 2, /wants a reason/],
  [["gates", "set", "PNSTK1", ...as("trader-1")], 2, /wants UNIT\|SITE and off\|manual/],
  [["gates", "set", "PNSTK1", "ajar", "--why", "x", ...as("trader-1")], 1, /desk\.not-a-gate.*manual/],
  [["gates", "set", "PNSTK1", "off", "--why", "x", ...as("guest-1")], 1, /desk\.not-permitted.*needed=trader/],
  [["approvals", "approve", "PNSTK9", ...as("trader-1")], 1, /desk\.unknown-bid.*fleetctl approvals/],
  [["approvals", "show", "PNSTK9"], 1, /no bid PNSTK9 waits/],
  [["bid", "submit", "/nowhere.json", ...as("trader-1")], 2, /cannot be read as JSON/],
  [["bid", "submit"], 2, /wants FILE/],
  [["bid"], 2, /no command "bid"/],
  [["attest", "park", "--why", "x", ...as("trader-1")], 1, /desk\.not-permitted.*needed=approver/],
])("fleetctl %j ends with %d and one sentence", async (args, expected, sentence) => {
  const { code, err } = await fleetctl(...args);
  expect([code, err]).toEqual([expected, expect.stringMatching(sentence)]);
  expect(err.trim().split("\n")).toHaveLength(1);
});

test("a token file others can read is refused", async () => {
  const open = fileOf("open");
  writeFileSync(open, tokens["trader-1"]);
  chmodSync(open, 0o644);
  const { code, err } = await fleetctl("kill", "--token-file", open);
  expect([code, err]).toEqual([2, expect.stringMatching(/can be read by others; chmod 600/)]);
});

test.each([
  // what                                     headers                                                                 status
  ["without a token", {}, 401],
  ["with a token of nobody", { authorization: `Bearer ${"x".repeat(40)}` }, 401],
  ["from another page", { authorization: `Bearer ${tokens["trader-1"]}`, origin: "http://elsewhere.example" }, 403],
  ["as a form", { authorization: `Bearer ${tokens["trader-1"]}`, "content-type": "text/plain" }, 415],
  ["as it should be", { authorization: `Bearer ${tokens["trader-1"]}` }, 200],
])("a switch pulled %s: %j is %d", async (_, headers, status) => {
  const answer = await fetch(`${server.url}/api/v1/desk/kill`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: "{}",
  });
  expect(answer.status).toBe(status);
  expect(world.desk.killed() !== null).toBe(status === 200);
});

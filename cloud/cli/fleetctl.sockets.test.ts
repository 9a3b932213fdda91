import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { SimClock } from "@penstock/protocol/time";
import { seconds, UtcMs } from "@penstock/protocol/units";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FleetHttp, fleetHttp } from "../fleet/index.ts";
import { FixtureFleet } from "../fleet/testing/fixture-fleet.ts";

const launcher = resolve(import.meta.dirname, "../bin/fleetctl.mjs");
let server: FleetHttp;

beforeAll(async () => {
  const clock = new SimClock(UtcMs(1_700_000_000_000));
  const fleet = new FixtureFleet(clock);
  clock.advance(seconds(1));
  fleet.second();
  const started = await fleetHttp({ model: fleet.model, port: 0, pageFolder: "/nowhere" });
  if (!started.ok) throw new Error(started.error.code);
  server = started.value;
});

afterAll(() => server.close());

function fleetctl(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [launcher, ...args], { env: { ...process.env, PENSTOCK_URL: "" } });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.on("close", (code) => done({ code, out, err }));
  });
}

test.each([
  ["summary", "sitesOnline"],
  ["sites", "sites"],
  ["bids", "bids"],
  ["market", "markets"],
  ["alarms", "alarms"],
])("fleetctl %s --json is one object of version 1 with %s", async (command, field) => {
  const { code, out } = await fleetctl(command, "--json", "--url", server.url);
  expect(code).toBe(0);
  expect(out.trim().split("\n")).toHaveLength(1);
  expect(JSON.parse(out)).toMatchObject({ version: 1, [field]: expect.anything() });
});

test("without --json it speaks to people, without colour into a pipe", async () => {
  const { code, out } = await fleetctl("sites", "--url", server.url);
  expect(code).toBe(0);
  expect(out).toMatch(/^site +state/);
  expect(out).toContain("street");
  expect(out).not.toContain("\u001b");
});

test("watch ends after --count", async () => {
  const { code, out } = await fleetctl("watch", "--count", "2", "--json", "--url", server.url);
  expect(code).toBe(0);
  expect(out.trim().split("\n")).toHaveLength(2);
});

test.each([
  [["--help"], 0, /summary .*\n.*sites/],
  [["bids", "--help"], 0, /fleetctl bids/],
  [[], 2, /fleetctl COMMAND/],
])("fleetctl %j explains itself and ends with %d", async (args, expected, text) => {
  const { code, out } = await fleetctl(...args);
  expect(code).toBe(expected);
  expect(out).toMatch(text);
});

test.each([
  [["fly"], 2, /no command "fly"/],
  [["sites", "park"], 2, /takes no further words/],
  [["sites", "--colour"], 2, /--help/],
  [["watch", "--count", "0"], 2, /--count/],
  [["sites", "--url", "nonsense"], 2, /must be an address/],
  [["sites", "--url", "http://127.0.0.1:9"], 3, /does not answer/],
])("fleetctl %j ends with %d and one clear sentence", async (args, expected, sentence) => {
  const { code, out, err } = await fleetctl(...args);
  expect(code).toBe(expected);
  expect(out).toBe("");
  expect(err).toMatch(sentence);
  expect(err.trim().split("\n")).toHaveLength(1);
});

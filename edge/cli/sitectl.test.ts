import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "@penstock/protocol/units";
import { afterAll, beforeAll, expect, test } from "vitest";
import { noLatches } from "../agent/latches-fact.ts";
import { statusReport } from "../agent/site-report.ts";
import { sampleSite } from "../agent/testing/sample-agent.ts";
import { sampleStatus } from "../agent/testing/sample-status.ts";
import { askSite } from "./ask-site.ts";
import { commandEntries } from "./commands/index.ts";
import { helpFor, overview } from "./help.ts";
import { lineDiagram } from "./line-diagram.ts";
import { lookFor } from "./look.ts";
import { serveOperators } from "./operator-socket.ts";
import { socketPath, widestDoor } from "./socket-path.ts";

const launcher = join(import.meta.dirname, "..", "bin", "sitectl.mjs");
const runFolder = mkdtempSync(join(tmpdir(), "penstock-run-"));
const closers: (() => void)[] = [];

beforeAll(async () => {
  for (const name of ["feeder", "park"]) {
    const { clock, boot } = sampleSite();
    const { agent } = boot();
    clock.advance(seconds(5));
    agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
    const served = await serveOperators(join(runFolder, `${name}.sock`), (request, role, answer) => {
      agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
      agent.operate(request, role, answer);
      clock.advance(seconds(1));
    });
    if (!served.ok) throw new Error(served.error.code);
    closers.push(() => served.value.close());
  }
});

afterAll(() => {
  for (const close of closers) close();
  rmSync(runFolder, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function sitectl(
  args: readonly string[],
  environment: Record<string, string> = {},
  node = process.execPath,
): Promise<Run> {
  const child = spawn(node, [launcher, ...args], {
    env: { PATH: process.env["PATH"], PENSTOCK_RUN_DIR: runFolder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += String(text);
  });
  child.stderr.on("data", (text) => {
    err += String(text);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

test("status fits a terminal, prints units and the sign once, and says which site it took", async () => {
  const { code, out, err } = await sitectl(["status"]);
  expect(code).toBe(0);
  expect(err).toBe("site park; choose with --site feeder\n");
  expect(out.match(/\+ = discharge \/ export/g)).toHaveLength(1);
  expect(out).toMatch(/grid +\+4\.60 MW/);
  expect(out).toMatch(/limits +grid-connection/);
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(out).not.toContain("\u001b");
});

test("why reads from wish through limits and ramp to units", async () => {
  const { code, out } = await sitectl(["why", "--site", "feeder"]);
  expect(code).toBe(0);
  const places = ["wish", "limits", "grid-connection", "export limit 5.0 MW", "allowed", "ramp", "\nunits"].map(
    (word) => out.indexOf(word),
  );
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  const lines = out.split("\n");
  expect(lines.length).toBeLessThanOrEqual(24);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

test.each([
  ["status", ["gridPowerW", "batteryPowerW", "soc", "because", "units", "latches", "loop", "link", "store", "alarms"]],
  ["why", ["source", "wishW", "limits", "clampedW", "targetW", "units"]],
  ["lease", ["leases", "followed"]],
  ["alarms", ["alarms"]],
  ["events", ["events"]],
  ["audit tail", ["entries", "chain"]],
])("%s --json is one object on one line with version 1", async (command, fields) => {
  const { code, out } = await sitectl([...command.split(" "), "--json"]);
  expect(code).toBe(0);
  expect(out.trimEnd().split("\n")).toHaveLength(1);
  const report = JSON.parse(out);
  expect(report.version).toBe(1);
  for (const field of fields) expect(report).toHaveProperty(field);
});

test("line and watch repeat as often as asked", async () => {
  const { out } = await sitectl(["line", "--count", "2"]);
  expect(out.trimEnd().split("\n")).toHaveLength(2);
  expect(out).toMatch(/grid=\+4\.60MW .* limits=grid-connection/);
});

test("stop needs a reason and nothing else; resume needs the site's name", async () => {
  expect(await sitectl(["stop"])).toMatchObject({ code: 2, err: expect.stringContaining("--reason") });
  expect(await sitectl(["resume", "--reason", "x", "--confirm", "park"])).toMatchObject({
    code: 4,
    err: expect.stringContaining("the site is not stopped"),
  });
  const stopped = await sitectl(["stop", "--reason", "smoke", "--by", "ann"]);
  expect(stopped).toMatchObject({ code: 0, out: "park: stop is in force\n" });
  expect((await sitectl(["status"])).out).toContain("STOPPED  by ann: smoke");
  expect(await sitectl(["resume", "--reason", "x"])).toMatchObject({
    code: 5,
    err: expect.stringContaining("--confirm park"),
  });
  expect(await sitectl(["resume", "--reason", "x", "--confirm", "park"])).toMatchObject({ code: 0 });
  const { out } = await sitectl(["audit", "tail"]);
  expect(out).toMatch(/ann stop: done/);
  expect(await sitectl(["audit", "verify"])).toMatchObject({ code: 0, out: expect.stringContaining("whole: ") });
});

test("limit set is latched in megawatts, and slips are told", async () => {
  expect(await sitectl(["limit", "set", "--max-mw", "much", "--reason", "x"])).toMatchObject({ code: 2 });
  expect(await sitectl(["limit", "set", "--reason", "x"])).toMatchObject({ code: 2 });
  expect(await sitectl(["limit", "set", "--max-mw", "1", "--min-mw", "2", "--reason", "x"])).toMatchObject({ code: 2 });
  expect(await sitectl(["limit", "set", "--max-mw", "1.5", "--reason", "works"])).toMatchObject({ code: 0 });
  expect((await sitectl(["status"])).out).toMatch(/local +no limit … \+1\.50 MW by .*: works/);
});

test.each([
  [["nonsense"], {}, 2, 'no command "nonsense"'],
  [["status", "--sote", "park"], {}, 2, "--sote"],
  [["status", "--site", "nowhere"], {}, 3, "there is feeder, park"],
  [["status", "--socket", "/no/such.sock"], {}, 3, "no agent answers"],
  [["status"], { PENSTOCK_SOCKET: "/no/such.sock" }, 3, "no agent answers"],
  [["status"], { PENSTOCK_RUN_DIR: "/no/such/folder" }, 3, "no site runs here"],
  [["status", "--check"], {}, 10, ""],
] as const)("%j ends with its own exit code", async (args, environment, code, said) => {
  const run = await sitectl(args, environment as Record<string, string>);
  expect([run.code, run.err.includes(said)]).toEqual([code, true]);
});

test("every command teaches itself with an example, in 80 columns, and every family has one name a command", async () => {
  const { out } = await sitectl(["--help"]);
  expect(out).toBe(`${overview()}\n`);
  expect((await sitectl(["limit", "set", "--help"])).out).toContain("sitectl limit set --max-mw 2");
  expect(commandEntries.length).toBeGreaterThan(40);
  expect(new Set(commandEntries.map(({ name }) => name)).size).toBe(commandEntries.length);
  for (const entry of commandEntries) {
    const { command } = await entry.load();
    const help = helpFor(entry, command);
    expect(command.examples.length, entry.name).toBeGreaterThan(0);
    for (const [line] of command.examples) expect(line).toMatch(/sitectl /);
    // What is to be typed is never broken.
    const prose = help.split("\n").filter((line) => !line.startsWith("  "));
    for (const line of prose) expect(line.length, `${entry.name}: ${line}`).toBeLessThanOrEqual(80);
  }
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
});

test.each(["bash", "zsh", "fish"])("completion for %s knows every command and its options", async (shell) => {
  const { code, out } = await sitectl(["completion", shell]);
  expect(code).toBe(0);
  for (const word of ["status", "why-not", "limit", "shelve", "max-mw", "confirm"]) expect(out).toContain(word);
  if (shell === "bash") expect(spawnSync("bash", ["-n"], { input: out }).status).toBe(0);
});

test("a family alone is its list, a slip is told what there is, and explain needs no agent", async () => {
  expect(await sitectl(["alarms"])).toMatchObject({ code: 0, out: expect.stringContaining("limit-conflict") });
  expect(await sitectl(["limit"])).toMatchObject({ code: 2, err: expect.stringContaining("limit set, limit clear") });
  const nowhere = { PENSTOCK_RUN_DIR: "/no/such/folder" };
  expect(await sitectl(["explain", "sync.offline"], nowhere)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/what to do +sitectl link/),
  });
  expect(await sitectl(["explain", "sync"], nowhere)).toMatchObject({
    code: 1,
    err: expect.stringContaining("did you mean"),
  });
  expect(await sitectl(["doctor", "--json"], nowhere)).toMatchObject({ code: 11 });
});

test("the single-line diagram and the units fit 80 columns and 24 rows", () => {
  const { clock } = sampleSite();
  const status = statusReport(
    {
      ...({ siteId: "park", nowMs: clock.nowMs(), monotonicMs: 0, latches: noLatches, grants: [] } as const),
      ...{ site: sampleStatus(clock), sync: undefined, isStoring: true, heldRecords: 0, isClockTrusted: true },
      ...{ alarms: [], isAlarmFlood: false },
    } as never,
    undefined,
  );
  const many = {
    ...status,
    units: Array.from({ length: 40 }, (_, index) => ({ ...status.units[0], id: `unit-${index}` })),
  };
  const look = lookFor({ isTTY: true, columns: 80, rows: 24 }, { NO_COLOR: "1" });
  const lines = lineDiagram(many as never, [], look);
  expect(lines.length).toBeLessThan(24);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.join("\n")).toMatch(/▲ {3}\+4\.60 MW at the meter/);
  expect(lines.join("\n")).not.toContain("\u001b");
  expect(lookFor({ isTTY: true, columns: 80, rows: 24 }, {}).paint.bold("x")).toContain("\u001b");
  expect(lookFor({ isTTY: false, columns: 80, rows: 24 }, {}).paint.bold("x")).toBe("x");
  expect(lookFor({ isTTY: true, columns: 80, rows: 24 }, {}, { plain: true }).table(["a", ">b"], [["1", "2"]])).toEqual(
    ["a\tb", "1\t2"],
  );
});

test("the socket lets the owner and the group in, and nobody else; a second agent is refused", async () => {
  const path = join(runFolder, "park.sock");
  expect(statSync(path).mode & 0o777).toBe(0o660);
  expect(await serveOperators(path, () => {})).toMatchObject({ ok: false, error: { code: "socket.in-use" } });
});

test("a socket of a lesser role opens its own door and grants no more", async () => {
  const path = join(runFolder, "roles.sock");
  const served = await serveOperators(path, (_, role, answer) => answer({ role }), {
    viewerGroup: `${process.getgid?.()}`,
  });
  if (!served.ok) throw new Error(served.error.code);
  try {
    expect(existsSync(socketPath(path, "operator"))).toBe(false);
    expect(statSync(socketPath(path, "viewer")).mode & 0o777).toBe(0o660);
    expect(await askSite(socketPath(path, "viewer"), { op: "status" })).toMatchObject({ value: { role: "viewer" } });
    expect(await askSite(path, { op: "status" })).toMatchObject({ value: { role: "admin" } });
  } finally {
    served.value.close();
  }
  expect(await serveOperators(path, () => {}, { operatorGroup: "no-such-group" })).toMatchObject({
    error: { code: "socket.no-group" },
  });
});

test("a viewer may look and not touch, and the attempt is written down", async () => {
  const { clock, boot } = sampleSite();
  const { ask } = boot();
  clock.advance(seconds(5));
  expect(ask({ op: "status" }, "viewer")).toMatchObject({ version: 1, site: "park" });
  expect(ask({ op: "stop", by: "eve", reason: "x" }, "viewer")).toMatchObject({
    error: { code: "operator.not-permitted", role: "viewer", needs: "operator" },
  });
  expect(ask({ op: "audit", limit: 1 })).toMatchObject({
    entries: [{ who: "eve", what: "stop", outcome: "operator.not-permitted" }],
  });
});

test("sitectl knocks at the widest door this user may open", () => {
  expect(widestDoor("/run/park.sock", (path) => path !== "/run/park.sock")).toBe("/run/park.operator.sock");
  expect(widestDoor("/run/park.sock", () => false)).toBe("/run/park.sock");
});

test.skipIf(!existsSync("/usr/bin/node"))("an older Node hands over to the one that came along", async () => {
  expect(await sitectl(["status"], {}, "/usr/bin/node")).toMatchObject({ code: 0 });
});

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { askSite } from "./cli/ask-site.ts";
import type { Revision } from "./config/config-book.ts";
import type { ConfigStatus } from "./config/config-report.ts";
import type { LoopStats } from "./loop/loop-types.ts";
import { readRecording } from "./recorder/read-recording.ts";
import { readSegment, segmentsIn } from "./recorder/recording-folder.ts";
import { replay } from "./recorder/replay.ts";

let folder = "";
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "penstock-edge-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function start(config: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), "--config", config], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let err = "";
  child.stderr.on("data", (text) => {
    err += String(text);
  });
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, err })),
  );
  return { child, ended };
}

/** A site whose devices and broker are all unreachable. */
function lonelySite(changes: (text: string) => string = (text) => text): string {
  const file = join(folder, "site.yaml");
  const example = readFileSync(join(import.meta.dirname, "config", "examples", "feeder.yaml"), "utf8");
  const text = example.replace(/\nplant:\n(?: .*\n)+/, "\n").replaceAll(/port: 51(\d\d)/g, "port: 1$1");
  writeFileSync(file, changes(text));
  return file;
}

async function ask(request: { readonly op: string; readonly [field: string]: unknown }) {
  const result = await askSite(join(folder, "feeder.sock"), request);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

async function answer(op: "status" | "alarms"): Promise<Record<string, unknown>> {
  for (;;) {
    const result = await askSite(join(folder, "feeder.sock"), { op });
    if (result.ok && result.value["loop"] !== null) return result.value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("a configuration that is wrong is one clear sentence and exit 1", async () => {
  const file = lonelySite((text) => text.replace("exportLimitMW", "exportLimitGW"));
  const { code, err } = await start(file).ended;
  expect(code).toBe(1);
  expect(err).toMatch(/^.*site\.yaml:\d+:\d+: control\.connection\.exportLimitGW unknown key/);
  expect(err).toContain('did you mean "exportLimitMW"?');
});

test("with no network at all the site starts, answers, and ends in good order", async () => {
  const { child, ended } = start(lonelySite());
  const status = await answer("status");
  expect(status).toMatchObject({ site: "feeder", store: { storing: true }, link: { state: "connecting" } });
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test("without a disk the loop runs all the same", async () => {
  const { child, ended } = start(
    lonelySite((text) => text.replace("file: feeder.sqlite", "file: no/such/folder.sqlite")),
  );
  const status = await answer("status");
  expect(status).toMatchObject({ store: { storing: false } });
  expect(status["loop"]).not.toBeNull();
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
});

test("a second agent for the same site is refused", async () => {
  const file = lonelySite();
  start(file);
  await answer("status");
  const { code, err } = await start(file).ended;
  expect(code).toBe(1);
  expect(err).toContain("already running");
});

test("a configuration applied on trial runs at once, and is gone after a kill -9 in its window", async () => {
  const file = lonelySite();
  const first = start(file);
  await answer("status");
  const text = readFileSync(file, "utf8").replace("exportLimitMW: 5", "exportLimitMW: 4.5");
  const change = { text, confirmWithinMs: 600_000, by: "ada", reason: "trial" };
  expect(await ask({ op: "config-apply", ...change })).toMatchObject({ status: { revision: 2 } });
  const onTrial = await answer("status");
  expect(onTrial).toMatchObject({ config: { revision: 2, pending: { revertsTo: 1 } } });
  first.child.kill("SIGKILL");
  await first.ended;
  const second = start(file);
  const after = await answer("status");
  expect(after).toMatchObject({ config: { revision: 1, pending: null } });
  expect((after["config"] as ConfigStatus).capability).not.toBe((onTrial["config"] as ConfigStatus).capability);
  const history = await ask({ op: "config-history" });
  expect((history["revisions"] as Revision[]).map(({ state }) => state)).toEqual(["confirmed", "reverted"]);
  second.child.kill("SIGTERM");
  expect((await second.ended).code).toBe(0);
});

test("what the process recorded replays to the last bit, also after a kill -9", async () => {
  const { child, ended } = start(lonelySite());
  await answer("status");
  const { folder: recordings } = await ask({ op: "recordings" });
  const lastCycles = async () => ((await answer("status"))["loop"] as LoopStats).cycles;
  while ((await lastCycles()) < 40) await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGKILL");
  await ended;
  // More than one where a busy machine has held the loop up meanwhile.
  const replays = segmentsIn(String(recordings)).map((segment) => {
    const read = readSegment(segment);
    const recording = read.ok ? readRecording(read.value) : read;
    if (!recording.ok) throw new Error(recording.error.code);
    return replay(recording.value);
  });
  expect(replays.every(({ differences }) => differences === 0)).toBe(true);
  // All but the last second, and what the loop waited before it began.
  expect(replays.reduce((sum, { cycles }) => sum + cycles, 0)).toBeGreaterThan(10);
});

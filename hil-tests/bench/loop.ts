import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import type { StatusReport } from "@penstock/edge/agent/site-report.ts";
import { windowCycles } from "@penstock/edge/loop/lateness.ts";
import { Ms } from "@penstock/protocol/units";
import { patiently } from "../harness/child-process.ts";
import { SIM_START_MS } from "../harness/simulation.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import { compileAnchor } from "./anchors/compile.ts";
import { type Benchmark, median, percentile, rounded } from "./bench.ts";

const SITE = "street";
const UNITS = 20;
const WARM_UP_MS = 15_000;

/**
 * How late the control loop's cycles begin: the shipped edge process with twenty units on Modbus TCP, its journal at
 * `synchronous=FULL`, its outbox draining over MQTT to a live broker, all on this machine together with the twenty
 * devices and the cloud. The anchor is a C program that only sleeps with `clock_nanosleep`, on the same grid, at the
 * same scheduling priority and at the same time. One run is the loop's own window: a minute, 1,000 cycles at least.
 */
export const loop: Benchmark = {
  name: "loop",
  text: `lateness of the control loop with ${UNITS} units on Modbus, journal and MQTT live`,
  async run({ repeats, periodMs, progress }) {
    const anchor = compileAnchor({ source: "loop-anchor.c" });
    if (!anchor.ok) return { skipped: anchor.error.text };
    const cycles = windowCycles(Ms(periodMs));
    const runFolder = mkdtempSync(join(tmpdir(), "penstock-loop-"));
    const world = new SocketWorld({
      runFolder,
      sites: [SITE],
      seed: 1,
      marketSpeed: 1,
      marketStartMs: SIM_START_MS,
      region: "NSW1",
      prices: { seed: 1, days: 2, from: new Date(SIM_START_MS).toISOString() },
      httpPort: 0,
      mqttPort: 0,
      setting: { periodMs, telemetry: { siteEveryS: 1, unitsEveryS: 1, settlementEveryS: 1 } },
    });
    try {
      await world.start();
      progress(`warming up; then ${repeats} times ${rounded((cycles * periodMs) / 1e3)} s`);
      await isSettled(world);
      await new Promise((done) => setTimeout(done, WARM_UP_MS));
      const runs: Run[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const run = await measure(world, anchor.value, periodMs, cycles);
        runs.push(run);
        const { latenessP99Ms, latenessP999Ms, latenessMaxMs } = run.loop;
        progress(
          `run ${repeat + 1} of ${repeats}: p99 ${latenessP99Ms}, p99.9 ${latenessP999Ms}, max ${latenessMaxMs} ms late` +
            ` (bare C: p99 ${rounded(percentile(run.anchorMs, 0.99))}, max ${rounded(percentile(run.anchorMs, 1))})`,
        );
      }
      return figures(runs, periodMs, cycles);
    } finally {
      await world.stop();
      rmSync(runFolder, { recursive: true, force: true });
    }
  },
};

interface Run {
  readonly loop: NonNullable<StatusReport["loop"]>;
  readonly missed: number;
  readonly stored: number;
  readonly acknowledged: number;
  readonly anchorMs: readonly number[];
}

async function measure(world: SocketWorld, anchor: string, periodMs: number, cycles: number): Promise<Run> {
  const before = await statusOf(world);
  const anchorMs = await bareSleeps(anchor, periodMs, cycles);
  // The loop's window is as many of its own cycles as the anchor slept.
  const wanted = (before.loop?.cycles ?? 0) + cycles;
  const after = await patiently("a window of cycles", 30_000, async () => {
    const status = await statusOf(world);
    return (status.loop?.cycles ?? 0) >= wanted ? status : undefined;
  });
  if (before.loop === null || after.loop === null) throw new Error("the loop does not run");
  return {
    loop: after.loop,
    missed: after.loop.missedCycles - before.loop.missedCycles,
    stored: recordsIn(after, "stored") - recordsIn(before, "stored"),
    acknowledged: recordsIn(after, "acknowledged") - recordsIn(before, "acknowledged"),
    anchorMs,
  };
}

function figures(runs: readonly Run[], periodMs: number, cycles: number): Record<string, unknown> {
  const of = (pick: (run: Run) => number) => rounded(median(runs.map(pick)));
  const anchor = (fraction: number) => of(({ anchorMs }) => percentile(anchorMs, fraction));
  return {
    units: UNITS,
    periodMs,
    cyclesEachRun: cycles,
    latenessP50Ms: of(({ loop }) => loop.latenessP50Ms),
    latenessP99Ms: of(({ loop }) => loop.latenessP99Ms),
    latenessP999Ms: of(({ loop }) => loop.latenessP999Ms),
    latenessMaxMs: of(({ loop }) => loop.latenessMaxMs),
    latenessWorstMs: rounded(Math.max(...runs.map(({ loop }) => loop.latenessMaxMs))),
    anchor: "C clock_nanosleep, same grid, priority and time",
    anchorLatenessP50Ms: anchor(0.5),
    anchorLatenessP99Ms: anchor(0.99),
    anchorLatenessP999Ms: anchor(0.999),
    anchorLatenessMaxMs: anchor(1),
    cycleP99Ms: of(({ loop }) => loop.cycleP99Ms),
    stageP99Ms: Object.fromEntries(
      Object.keys(runs[0]?.loop.stages ?? {}).map((stage) => [
        stage,
        of(({ loop }) => loop.stages[stage as keyof typeof loop.stages].p99Ms),
      ]),
    ),
    missed: runs.reduce((sum, { missed }) => sum + missed, 0),
    recordsStored: runs.reduce((sum, { stored }) => sum + stored, 0),
    recordsAcknowledged: runs.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
  };
}

function bareSleeps(program: string, periodMs: number, count: number): Promise<readonly number[]> {
  return new Promise((done, refuse) => {
    const child = spawn(program, [String(periodMs * 1e3), String(count)], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      // As the loop asks for itself; where it is not allowed to, neither is.
      setPriority(child.pid ?? 0, constants.priority.PRIORITY_HIGH);
    } catch {}
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += String(chunk);
    });
    child.on("error", refuse);
    child.on("close", (code) => {
      if (code === 0) done(text.trim().split("\n").map(Number));
      else refuse(new Error(`${program} ended with ${code}`));
    });
  });
}

async function statusOf(world: SocketWorld): Promise<StatusReport> {
  const status = await world.edge(SITE).status();
  if (status === undefined) throw new Error("the edge does not answer");
  return status;
}

const recordsIn = (status: StatusReport, which: "stored" | "acknowledged"): number =>
  Object.values(status.store[which] ?? {}).reduce((sum, count) => sum + count, 0);

const isSettled = (world: SocketWorld) =>
  patiently("the edge controls twenty units and is online", 60_000, async () => {
    const { devices, link } = await statusOf(world);
    const areReady = devices.filter(({ state }) => state === "ready").length === UNITS + 1;
    return areReady && link?.state === "online" ? true : undefined;
  });

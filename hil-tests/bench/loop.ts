import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import type { StatusReport } from "@penstock/edge/agent/site-report.ts";
import { patiently } from "../harness/child-process.ts";
import { SIM_START_MS } from "../harness/simulation.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import { compileAnchor } from "./anchors/compile.ts";
import { type Benchmark, percentile, rounded } from "./bench.ts";

const SITE = "street";
const UNITS = 20;
const PERIODS_MS: readonly number[] = [100, 20];
/** Of a site: starting, warming up, ending. */
const AROUND_S = 9;
const WARM_UP_MS = 4_000;

/**
 * How late the control loop's cycles begin: the shipped edge process with twenty units on Modbus TCP, its journal at
 * `synchronous=FULL`, its outbox draining over MQTT to a live broker, all on this machine together with the twenty
 * devices and the cloud. The anchor is a C program that only sleeps with `clock_nanosleep`, on the same grid, at the
 * same scheduling priority and at the same time. Each period is measured on a site of its own, in a row of stretches.
 */
export const loop: Benchmark = {
  name: "loop",
  text: `lateness of the control loop with ${UNITS} units on Modbus, journal and MQTT live`,
  async run({ repeats, periodMs, seconds, progress }) {
    const anchor = compileAnchor({ source: "loop-anchor.c" });
    if (!anchor.ok) return { skipped: anchor.error.text };
    const periodsMs = periodMs === undefined ? PERIODS_MS : [periodMs];
    const cyclesIn = (period: number): number => {
      const measuredS = seconds / periodsMs.length - AROUND_S;
      return Math.max(20, Math.floor((measuredS * 1e3) / repeats / period));
    };
    const periods: Record<string, unknown>[] = [];
    for (const period of periodsMs) {
      periods.push(await measureSite(anchor.value, { periodMs: period, cycles: cyclesIn(period), repeats, progress }));
    }
    return { units: UNITS, ...periods[0], periods };
  },
};

interface Measurement {
  readonly periodMs: number;
  /** Of each stretch. */
  readonly cycles: number;
  readonly repeats: number;
  readonly progress: (text: string) => void;
}

async function measureSite(anchor: string, measurement: Measurement): Promise<Record<string, unknown>> {
  const { periodMs, cycles, repeats, progress } = measurement;
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
    progress(`${periodMs} ms: starting a site of ${UNITS} units; then ${repeats} times ${cycles} cycles`);
    await world.start();
    await isSettled(world);
    await new Promise((done) => setTimeout(done, WARM_UP_MS));
    const stretches: Stretch[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stretch = await measure(world, anchor, periodMs, cycles);
      stretches.push(stretch);
      progress(
        `${periodMs} ms, ${repeat + 1} of ${repeats}: p99 ${percentile(stretch.loopMs, 0.99)},` +
          ` max ${percentile(stretch.loopMs, 1)} ms late` +
          ` (bare C: p99 ${rounded(percentile(stretch.anchorMs, 0.99))}, max ${rounded(percentile(stretch.anchorMs, 1))})`,
      );
    }
    return figures(stretches, periodMs);
  } finally {
    await world.stop();
    rmSync(runFolder, { recursive: true, force: true });
  }
}

interface Stretch {
  readonly status: NonNullable<StatusReport["loop"]>;
  /** How late each of its cycles was; the anchor's at the same time. */
  readonly loopMs: readonly number[];
  readonly anchorMs: readonly number[];
  readonly missed: number;
  readonly stored: number;
  readonly acknowledged: number;
}

async function measure(world: SocketWorld, anchor: string, periodMs: number, cycles: number): Promise<Stretch> {
  const before = await statusOf(world);
  const anchorMs = await bareSleeps(anchor, periodMs, cycles);
  // As many of the loop's own cycles as the anchor slept.
  const wanted = (before.loop?.cycles ?? 0) + cycles;
  const after = await patiently("a stretch of cycles", 30_000, async () => {
    const status = await statusOf(world);
    return (status.loop?.cycles ?? 0) >= wanted ? status : undefined;
  });
  if (before.loop === null || after.loop === null) throw new Error("the loop does not run");
  return {
    status: after.loop,
    loopMs: between(before.loop.latenessCounts, after.loop.latenessCounts),
    anchorMs,
    missed: after.loop.missedCycles - before.loop.missedCycles,
    stored: recordsIn(after, "stored") - recordsIn(before, "stored"),
    acknowledged: recordsIn(after, "acknowledged") - recordsIn(before, "acknowledged"),
  };
}

type Counts = NonNullable<StatusReport["loop"]>["latenessCounts"];

/** The latenesses that were added between two reports. */
function between(before: Counts, after: Counts): number[] {
  const known = new Map(before);
  return after.flatMap(([latenessMs, count]) =>
    new Array<number>(count - (known.get(latenessMs) ?? 0)).fill(latenessMs),
  );
}

function figures(stretches: readonly Stretch[], periodMs: number): Record<string, unknown> {
  const loopMs = stretches.flatMap((stretch) => stretch.loopMs);
  const anchorMs = stretches.flatMap((stretch) => stretch.anchorMs);
  const late = (fraction: number) => rounded(percentile(loopMs, fraction));
  const anchor = (fraction: number) => rounded(percentile(anchorMs, fraction));
  const sum = (of: (stretch: Stretch) => number) => stretches.reduce((total, stretch) => total + of(stretch), 0);
  const last = stretches.at(-1)?.status;
  return {
    periodMs,
    cycles: loopMs.length,
    latenessP50Ms: late(0.5),
    latenessP99Ms: late(0.99),
    latenessP999Ms: late(0.999),
    latenessMaxMs: late(1),
    anchor: "C clock_nanosleep, same grid, priority and time",
    anchorLatenessP50Ms: anchor(0.5),
    anchorLatenessP99Ms: anchor(0.99),
    anchorLatenessP999Ms: anchor(0.999),
    anchorLatenessMaxMs: anchor(1),
    p99OverAnchorMs: rounded(late(0.99) - anchor(0.99)),
    cycleP99Ms: last?.cycleP99Ms,
    stageP99Ms: Object.fromEntries(Object.entries(last?.stages ?? {}).map(([stage, { p99Ms }]) => [stage, p99Ms])),
    missed: sum(({ missed }) => missed),
    recordsStored: sum(({ stored }) => stored),
    recordsAcknowledged: sum(({ acknowledged }) => acknowledged),
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

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { reckon } from "../harness/demo-result.ts";
import type { SiteName } from "../harness/scene.ts";
import { SIM_START_MS } from "../harness/simulation.ts";
import { socketStory } from "../harness/socket-story.ts";
import { SocketWorld } from "../harness/socket-world.ts";
import { Churn, type Recovery, whole } from "./churn.ts";
import { type JudgedSeries, judgeSamples, type Sample, takeSamples } from "./soak-samples.ts";
import { probeEnvironment } from "./thread-report.ts";

export interface SoakWish {
  readonly sites: readonly SiteName[];
  readonly seed: number;
  readonly forMs: number;
  readonly sampleEveryMs: number;
  /** Left out of the judgement. */
  readonly warmUpMs: number;
  readonly runFolder: string;
  readonly progress: (text: string) => void;
  readonly onSample?: (sample: Sample) => void;
}

export interface SoakResult {
  /** Nothing lost, twice, violated, restarted, or slow to be whole again; every series flat. */
  readonly ok: boolean;
  readonly findings: readonly string[];
  readonly minutes: number;
  readonly warmUpMinutes: number;
  readonly seed: number;
  readonly sites: readonly SiteName[];
  readonly node: string;
  /** Of package-lock.json: two soaks beside each other say what a change of dependencies changed. */
  readonly dependencies: string;
  readonly samples: number;
  readonly recoveries: Readonly<Record<string, Recovery>>;
  readonly recordsStored: number;
  readonly recordsLost: number;
  readonly recordsDuplicated: number;
  readonly limitViolations: number;
  readonly controlCycles: number;
  readonly missedCycles: number;
  readonly latenessP99Ms: number;
  readonly series: readonly JudgedSeries[];
}

/**
 * Plants, edges and the cloud as real processes under churn for a while, and what became of their memory, handles, disks
 * and patience. Throws when they do not even start.
 */
export async function soak(wish: SoakWish): Promise<SoakResult> {
  const { sites, seed, forMs, sampleEveryMs, warmUpMs, runFolder, progress } = wish;
  const probeFolder = `${runFolder}-probes`;
  mkdirSync(probeFolder, { recursive: true });
  Object.assign(process.env, probeEnvironment(probeFolder, sampleEveryMs));
  const world = new SocketWorld({
    runFolder,
    sites,
    seed,
    marketSpeed: MARKET_SPEED,
    marketStartMs: SIM_START_MS,
    region: "NSW1",
    prices: { seed, days: 60, from: new Date(SIM_START_MS).toISOString() },
    httpPort: 0,
    mqttPort: 0,
    onProgress: progress,
  });
  const story = socketStory(world);
  const samples: Sample[] = [];
  try {
    await world.start();
    for (const site of sites) await whole(world, story, site, "it began");
    const pids = pidsOf(world);
    const startedMs = story.nowMs();
    const sampling = setInterval(() => {
      for (const sample of takeSamples(world, probeFolder, sampleEveryMs, story.nowMs() - startedMs)) {
        samples.push(sample);
        wish.onSample?.(sample);
      }
    }, sampleEveryMs);
    const churn = new Churn(world, story, new Rng(seed).fork("churn"));
    try {
      await churn.run(forMs, progress);
    } finally {
      clearInterval(sampling);
    }
    const restarted = pidsOf(world).filter((pid, index) => pid !== pids[index]).length;
    progress("ending: sites come to rest, what is under way arrives …");
    const { figures, complaints } = await reckon(world);
    const series = judgeSamples(samples, warmUpMs);
    const { recordsStored, recordsLost, recordsDuplicated, limitViolations } = figures;
    const findings = [
      ...churn.findings,
      ...complaints,
      ...(restarted > 0 ? [`${restarted} of the processes ended and were not the same any more`] : []),
      ...(recordsLost + recordsDuplicated > 0 ? [`${recordsLost} records lost, ${recordsDuplicated} twice`] : []),
      ...series.filter(({ verdict }) => verdict !== "flat").map(findingOf),
    ];
    return {
      ok: findings.length === 0 && limitViolations === 0,
      findings,
      minutes: forMs / 60e3,
      warmUpMinutes: warmUpMs / 60e3,
      seed,
      sites,
      node: process.version,
      dependencies: createHash("sha256").update(readFileSync(lockFile)).digest("hex").slice(0, 12),
      samples: samples.length,
      recoveries: churn.recoveries(),
      recordsStored,
      recordsLost,
      recordsDuplicated,
      limitViolations,
      controlCycles: figures.controlCycles,
      missedCycles: figures.missedCycles,
      latenessP99Ms: figures.latenessP99Ms,
      series,
    };
  } finally {
    await story.close();
  }
}

/** Fast enough that bids, leases and settlements come every fifteen seconds, slow enough that batteries last. */
const MARKET_SPEED = 20;
const lockFile = resolve(import.meta.dirname, "../../package-lock.json");

const pidsOf = (world: SocketWorld): number[] => [
  world.cloud.pid,
  ...world.options.sites.flatMap((site) => [world.edge(site).pid, world.plant(site).pid]),
];

function findingOf({
  process,
  quantity,
  verdict,
  bound,
  median,
  perHour,
  perHourLow,
  perHourHigh,
}: JudgedSeries): string {
  const figure = (value: number) => Number(value.toPrecision(3));
  const slope = `${figure(perHour)} an hour (between ${figure(perHourLow)} and ${figure(perHourHigh)})`;
  switch (verdict) {
    case "too-much":
      return `${process}: ${quantity} is ${figure(median)}, more than ${bound.most}`;
    case "grows":
      return `${process}: ${quantity} grows by ${slope}; ${bound.perHour} are allowed`;
    default:
      return `${process}: ${quantity} cannot be told from a leak: ${slope}; a longer run could`;
  }
}

import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { accountOf } from "../checkers/ledgers.ts";
import type { SiteName } from "../harness/scene.ts";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";
import { Mischief } from "./mischief.ts";
import { randomStage } from "./random-stage.ts";
import { rareFaults } from "./rare-faults.ts";

export interface FuzzOutcome {
  readonly seed: number;
  readonly periodMs: number;
  readonly units: number;
  /** Days the control loop ran, cycle by cycle. */
  readonly siteDays: number;
  /** Days the plant lived: with energy running faster than the clock, load, sun and charge go round more often. */
  readonly plantDays: number;
  readonly faults: number;
  readonly cycles: number;
  /** Broken promises that nobody could have kept: the meter lied, another master steered. */
  readonly excused: number;
  /** What a judge found wrong, in words; empty is a pass. */
  readonly failures: readonly string[];
}

/** The drawn site stands under a name the cloud trades. */
const NAME: SiteName = "feeder";

/**
 * One world of the swarm, all of it drawn from the seed: the site, its configuration, its faults, what people, the grid
 * and the cloud do to it. Judged by the plant and by both sides' books.
 */
export function fuzzWorld(seed: number): FuzzOutcome {
  const rng = new Rng(`fuzz-${seed}`);
  const draw = rng.fork("world");
  const life = draw.chance(0.7) ? LONG_LIFE : SHORT_LIFE;
  const stage = randomStage(rng.fork("stage"), life);
  const { periodMs } = stage.control;
  const durationMs = minutes(Math.round(draw.between(life.minutesMin, life.minutesMax)));
  const marketSpeed = draw.pick(life.marketSpeeds);
  const world = new VirtualWorld({
    seed,
    sites: [NAME],
    startMs: UtcMs(SIM_START_MS + draw.integer(0, 24) * 3_600_000),
    prices: generatedPrices(seed, durationMs * marketSpeed + 86_400_000),
    marketSpeed,
    faults: draw.pick(["light", "heavy", "heavy"] as const),
    durationMs,
    stageOf: () => stage,
    freshness: { unitS: Math.max(0.5, (5 * periodMs) / 1e3), meterS: Math.max(0.4, (4 * periodMs) / 1e3), plantS: 2 },
    telemetry: life.telemetry,
    physicsStepMs: life.physicsStepMs,
  });
  const site = world.site(NAME);
  site.sim.faults.schedule(rareFaults(rng.fork("rare-faults"), site.sim, durationMs));
  world.start();
  const mischief = new Mischief(world, NAME, rng.fork("mischief"), {
    untilMs: durationMs,
    meanGapMs: life.deedEveryMs,
  });
  const failures: string[] = [];
  try {
    for (let doneMs = 0; doneMs < durationMs; doneMs += STEP_MS) {
      world.advance(STEP_MS);
      if (site.sim.faults.active.some(({ fault }) => fault.kind === "second-master")) mischief.stopAnew();
      const found = stopBroken(mischief, world, site.sim.truth.batteryPowerW, stage.spec);
      if (found !== undefined && failures.length < 10) failures.push(found);
    }
    world.cloud.stopTrading();
    world.advance(minutes(3));
    failures.push(...booksOf(world));
  } catch (error) {
    failures.push(`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  for (const { atMs, checker, text } of site.checkers.violations.slice(0, 10)) {
    failures.push(`${(atMs / 1e3).toFixed(2)} s: ${checker}: ${text}`);
  }
  return {
    seed,
    periodMs,
    units: stage.spec.unitCount,
    siteDays: durationMs / 86_400_000,
    plantDays: (durationMs * marketSpeed) / 86_400_000,
    faults: world.faultsInjected + site.sim.faults.injected + mischief.deeds,
    cycles: Math.floor(durationMs / periodMs),
    excused: site.checkers.excusedCount,
    failures,
  };
}

/** Sites of any size at the paces of a fast loop, for an hour or so. */
const SHORT_LIFE = {
  unitsMax: 8,
  periodsMs: [50, 100, 100, 100, 200],
  minutesMin: 20,
  minutesMax: 120,
  marketSpeeds: [1, 1, 10, 30],
  telemetry: { siteEveryS: 1, unitsEveryS: 10, settlementEveryS: 1 },
  physicsStepMs: Ms(50),
  deedEveryMs: seconds(40),
} as const;

/** Small sites at the slowest paces a site may have, for most of a day: what takes hours to go wrong shows here. */
const LONG_LIFE = {
  unitsMax: 3,
  periodsMs: [500, 1_000, 1_000, 1_000],
  minutesMin: 6 * 60,
  minutesMax: 24 * 60,
  marketSpeeds: [1, 1, 1, 10],
  telemetry: { siteEveryS: 5, unitsEveryS: 60, settlementEveryS: 5 },
  physicsStepMs: Ms(100),
  deedEveryMs: seconds(150),
} as const;

const STEP_MS = seconds(1);
/** A unit that cannot be reached holds its power until its own timer (10 s) runs out; then it ramps. */
const STOP_MS = 16_000;

/** A stop is a stop: whatever is broken, the batteries are at rest once the devices' own timers have run out. */
function stopBroken(
  { stoppedAtMs }: Mischief,
  { clock }: VirtualWorld,
  batteryPowerW: number,
  { unit, unitCount }: { readonly unit: { readonly powerWMax: number }; readonly unitCount: number },
): string | undefined {
  const nowMs = clock.monotonicMs();
  if (stoppedAtMs === undefined || nowMs - stoppedAtMs < STOP_MS) return undefined;
  if (Math.abs(batteryPowerW) <= 0.02 * unit.powerWMax * unitCount) return undefined;
  return `${(nowMs / 1e3).toFixed(2)} s: stop: ${(batteryPowerW / 1e3).toFixed(1)} kW although stopped since ${(stoppedAtMs / 1e3).toFixed(2)} s`;
}

function booksOf(world: VirtualWorld): string[] {
  const site = world.site(NAME);
  const { lost, duplicated } = accountOf(site.disk, (epoch, stream, sequence) =>
    world.cloud.book.times(NAME, epoch, stream, sequence),
  );
  return [
    ...(lost > 0 ? [`records: ${lost} lost`] : []),
    ...(duplicated > 0 ? [`records: ${duplicated} duplicated`] : []),
  ];
}

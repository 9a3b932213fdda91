import type { Ms, UtcMs, W } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import { type Battery, perfectForesight } from "../optimise/index.ts";

/** One settled interval of one site, all that hindsight needs. */
export interface HindsightPoint {
  readonly startMs: UtcMs;
  /** Money per MWh at the site's meter: reference price times loss factor. */
  readonly pricePerMWh: number;
  readonly socStart: number;
  readonly socEnd: number;
  /** What was really received, and the wear it cost. */
  readonly amount: number;
  readonly cost: number;
}

export interface Hindsight {
  /** The most that could have been received, whatever the wear. */
  readonly revenue: number;
  /** The most that could have been kept after wear. */
  readonly profit: number;
}

/**
 * What the same battery could have made over the very intervals that were settled, knowing every price: from the
 * same state of charge, ending each unbroken run with at least what was really left. Intervals that still wait
 * break a run, since nobody is paid for them either. What was really done could be done: where the model's losses or a
 * rounded state of charge say less than was received, what was received is the most there was.
 */
export function hindsight(site: SiteEntry, points: readonly HindsightPoint[], intervalMs: Ms): Hindsight {
  let revenue = 0;
  let profit = 0;
  for (const run of unbrokenRuns(points, intervalMs)) {
    const first = run[0];
    const last = run.at(-1);
    if (first === undefined || last === undefined) continue;
    const problem = {
      intervalMs,
      prices: Float64Array.from(run, ({ pricePerMWh }) => pricePerMWh),
      socStart: first.socStart,
      socEndMin: last.socEnd,
    };
    const received = run.reduce((sum, { amount }) => sum + amount, 0);
    const wear = run.reduce((sum, { cost }) => sum + cost, 0);
    revenue += Math.max(received, perfectForesight({ ...problem, battery: batteryOf(site, 0) }).revenue);
    profit += Math.max(
      received - wear,
      perfectForesight({ ...problem, battery: batteryOf(site, site.costPerMWh) }).revenue,
    );
  }
  return { revenue, profit };
}

/** Earned over what could have been; null where even hindsight would have earned nothing. */
export const shareOf = (earned: number, possible: number): number | null => (possible > 0 ? earned / possible : null);

const batteryOf = (site: SiteEntry, costPerMWh: number): Battery => ({
  capacityWh: site.capacityWh,
  socMin: site.socMin,
  socMax: site.socMax,
  powerWMaxCharge: site.powerWMaxCharge,
  powerWMaxDischarge: site.powerWMaxDischarge,
  efficiencyCharge: site.efficiencyOneWay,
  efficiencyDischarge: site.efficiencyOneWay,
  costPerMWh,
  auxiliaryW: 0 as W,
});

function unbrokenRuns(points: readonly HindsightPoint[], intervalMs: Ms): readonly (readonly HindsightPoint[])[] {
  const runs: HindsightPoint[][] = [];
  let expectedMs = Number.NaN;
  for (const point of [...points].sort((a, b) => a.startMs - b.startMs)) {
    if (point.startMs === expectedMs) runs.at(-1)?.push(point);
    else runs.push([point]);
    expectedMs = point.startMs + intervalMs;
  }
  return runs;
}

import type { Ms } from "@penstock/protocol/units";
import { type Battery, storedEnergyMoves } from "../../optimise/battery.ts";

export interface OwnValueQuestion {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  readonly prices: Float64Array;
  /** Points of the grid of stored energy, both ends included. */
  readonly gridPoints: number;
  /** Worth of one more stored MWh after interval t as the trader reckons it, at a stored share 0..1. */
  readonly worthAfter: (t: number) => (share: number) => number;
  /** Told U_t as it is found, from the last interval to the first. */
  readonly onRow: (t: number, values: Float64Array) => void;
}

const SLICE_SHARE = 1 / 16;

/**
 * What stored energy was worth to the trader itself, acting on what it reckons and not on hindsight:
 *
 *   U_t(e) = r(a) + U_{t+1}(e + a)      a = what the trader does at price p_t with e in store
 *
 * Hindsight sells at the top of every wiggle and so calls energy dearer than anybody can make it; this is what was
 * really to be had. U is kept concave, so that its slopes fall with the store.
 */
export function ownValue(question: OwnValueQuestion): void {
  const { battery, intervalMs, prices, gridPoints, worthAfter, onRow } = question;
  const windowMWh = ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6;
  const stepMWh = windowMWh / (gridPoints - 1);
  const { inMWhMax, outMWhMax } = storedEnergyMoves(battery, intervalMs);
  const { efficiencyCharge, efficiencyDischarge, costPerMWh } = battery;
  let next = new Float64Array(gridPoints);
  let now = new Float64Array(gridPoints);
  for (let t = prices.length - 1; t >= 0; t--) {
    const price = prices[t] as number;
    const worth = worthAfter(t);
    const sellWorth = (price - costPerMWh) * efficiencyDischarge;
    const buyCost = price / efficiencyCharge;
    for (let point = 0; point < gridPoints; point++) {
      const storedMWh = point * stepMWh;
      const outMWh = movedMWh(
        Math.min(outMWhMax, storedMWh),
        windowMWh,
        (middleMWh) => sellWorth > worth((storedMWh - middleMWh) / windowMWh),
      );
      const inMWh =
        outMWh > 0
          ? 0
          : movedMWh(
              Math.min(inMWhMax, windowMWh - storedMWh),
              windowMWh,
              (middleMWh) => buyCost < worth((storedMWh + middleMWh) / windowMWh),
            );
      now[point] = sellWorth * outMWh - buyCost * inMWh + valueAt(next, (storedMWh + inMWh - outMWh) / stepMWh);
    }
    makeConcave(now);
    onRow(t, now);
    [next, now] = [now, next];
  }
}

/** Slice by slice from where the store is, as long as the next slice is wished for. */
function movedMWh(mostMWh: number, windowMWh: number, wishes: (middleMWh: number) => boolean): number {
  if (mostMWh <= windowMWh * 1e-9) return 0;
  const count = Math.max(1, Math.ceil(mostMWh / (windowMWh * SLICE_SHARE)));
  const sliceMWh = mostMWh / count;
  let slices = 0;
  while (slices < count && wishes((slices + 0.5) * sliceMWh)) slices++;
  return slices * sliceMWh;
}

function valueAt(values: Float64Array, position: number): number {
  const below = Math.max(0, Math.min(values.length - 2, Math.floor(position)));
  const low = values[below] as number;
  return low + ((values[below + 1] as number) - low) * (position - below);
}

/** Slopes that rise are evened out with their neighbours (pool adjacent violators). */
function makeConcave(values: Float64Array): void {
  let isConcave = true;
  for (let at = 2; at < values.length && isConcave; at++)
    isConcave =
      (values[at] as number) - (values[at - 1] as number) <=
      (values[at - 1] as number) - (values[at - 2] as number) + 1e-9;
  if (isConcave) return;
  const slopes: number[] = [];
  const widths: number[] = [];
  for (let at = 1; at < values.length; at++) {
    let slope = (values[at] as number) - (values[at - 1] as number);
    let width = 1;
    while (slopes.length > 0 && (slopes.at(-1) as number) < slope) {
      const before = slopes.pop() as number;
      const wide = widths.pop() as number;
      slope = (slope * width + before * wide) / (width + wide);
      width += wide;
    }
    slopes.push(slope);
    widths.push(width);
  }
  let at = 1;
  for (const [block, width] of widths.entries())
    for (let step = 0; step < width; step++, at++) values[at] = (values[at - 1] as number) + (slopes[block] as number);
}

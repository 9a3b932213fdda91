import { invariant } from "@penstock/protocol/result";

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** What a quantity may do. It is in the quantity's own unit. */
export interface GrowthBound {
  readonly perHour: number;
  /** What it swings by itself, in any time: on top of the slope, so that a short run is not asked for more than it can tell. */
  readonly swing: number;
  /** What it may be at all, at the median. */
  readonly most?: number;
}

export interface Growth {
  /** `open`: too few points, or too restless, to be called either. It is not safe by being unknown. */
  readonly verdict: "flat" | "grows" | "too-much" | "open";
  readonly points: number;
  readonly first: number;
  readonly last: number;
  readonly median: number;
  readonly perHour: number;
  /** The true slope lies between these, 99 times of 100. */
  readonly perHourLow: number;
  readonly perHourHigh: number;
}

/**
 * Does it grow? The slope is the median of the slopes between all pairs of blocks (Theil and Sen), its confidence from the
 * number of pairs that would have to be wrong (Kendall): neither asks how the values are distributed, and a spike moves
 * neither. Each block is the median of its stretch of time, since neighbouring samples are not independent of each other.
 *
 * It grows when even the lowest slope worth believing is beyond the bound, and is flat when even the highest is within it.
 */
export function judgeGrowth(points: readonly Point[], bound: GrowthBound): Growth {
  const blocks = blocksOf(points);
  const values = points.map(({ value }) => value);
  const shown = { points: points.length, first: values[0] ?? Number.NaN, last: values.at(-1) ?? Number.NaN };
  const mid = median(values);
  if (blocks.length < BLOCKS_MIN) {
    const unknown = {
      perHour: Number.NaN,
      perHourLow: Number.NEGATIVE_INFINITY,
      perHourHigh: Number.POSITIVE_INFINITY,
    };
    return { verdict: "open", ...shown, median: mid, ...unknown };
  }
  const trend = trendOf(blocks);
  const hours = ((points.at(-1)?.atMs ?? 0) - (points[0]?.atMs ?? 0)) / HOUR_MS;
  const allowed = bound.perHour * hours + bound.swing;
  const isTooMuch = bound.most !== undefined && !(mid <= bound.most);
  const grown = trend.perHourLow * hours > allowed ? "grows" : trend.perHourHigh * hours <= allowed ? "flat" : "open";
  return { verdict: isTooMuch ? "too-much" : grown, ...shown, median: mid, ...trend };
}

const HOUR_MS = 3_600_000;
const BLOCKS_MIN = 6;
const BLOCKS_MAX = 16;
/** Of the normal distribution, for 99 of 100. */
const CONFIDENCE_Z = 2.576;

/** As many stretches of three samples and more as there are, of the same length each. */
function blocksOf(points: readonly Point[]): Point[] {
  const count = Math.min(BLOCKS_MAX, Math.floor(points.length / 3));
  return Array.from({ length: count }, (_, index) => {
    const block = points.slice((index * points.length) / count, ((index + 1) * points.length) / count);
    return { atMs: median(block.map(({ atMs }) => atMs)), value: median(block.map(({ value }) => value)) };
  });
}

function trendOf(blocks: readonly Point[]): Pick<Growth, "perHour" | "perHourLow" | "perHourHigh"> {
  const slopes = blocks
    .flatMap((from, index) =>
      blocks.slice(index + 1).map((to) => ((to.value - from.value) / (to.atMs - from.atMs)) * HOUR_MS),
    )
    .sort((a, b) => a - b);
  const count = blocks.length;
  const reach = CONFIDENCE_Z * Math.sqrt((count * (count - 1) * (2 * count + 5)) / 18);
  const from = Math.max(0, Math.floor((slopes.length - reach) / 2));
  const to = slopes.length - 1 - from;
  return { perHour: median(slopes), perHourLow: slopes[from] ?? Number.NaN, perHourHigh: slopes[to] ?? Number.NaN };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  invariant(values.every(Number.isFinite), "what is judged was measured");
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

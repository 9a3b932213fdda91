import { fail, ok } from "@penstock/protocol/result";
import type { PriceHistory } from "../prices/price-history.ts";
import type { Forecaster, PriceForecast, PricePath } from "./forecaster.ts";

/** Past days that speak, at most, and how fast their word fades, in days. */
const DAYS_MAX = 14;
const DAY_MEMORY = 5;
/** How long today's level above or below the usual lasts. */
const LEVEL_MEMORY_MS = 2.5 * 3_600_000;
const LEVEL_INTERVALS = 6;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];
const DAY_MS = 86_400_000;

/**
 * Each of the last days, hour by hour, is a path of what may come, recent ones likelier, all moved by how far the
 * last half hour lies from the usual for its time of day, a difference that fades over a few hours. The mean and the
 * quantiles are the paths'. One day of history is enough, and shows in how little the paths then differ: with fewer
 * than three days the outer quantiles are widened to the range seen.
 */
export const blend: Forecaster = {
  name: "blend",
  forecast(history, horizon) {
    const perDay = DAY_MS / history.intervalMs;
    const days = Math.min(DAYS_MAX, Math.floor(history.length / perDay));
    if (days < 1) {
      return fail({
        code: "forecast.too-little-history",
        neededMs: DAY_MS,
        knownMs: history.length * history.intervalMs,
      });
    }
    const weights = Float64Array.from({ length: days }, (_, day) => Math.exp(-day / DAY_MEMORY));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const level = levelNow(history, perDay, weights, total);
    const paths = Array.from(
      { length: days },
      (_, day): PricePath => ({
        weight: (weights[day] ?? 0) / total,
        prices: Float64Array.from(
          { length: horizon },
          (_, ahead) => onDay(history, perDay, day, ahead) + level * fading(ahead, history.intervalMs),
        ),
      }),
    );
    return ok({
      forecaster: "blend",
      asOfMs: history.asOfMs,
      startMs: history.endMs,
      intervalMs: history.intervalMs,
      mean: meanOf(paths, horizon),
      quantiles: quantilesOf(paths, horizon, days < 3 ? rangeOf(history) : 0),
      paths,
    } satisfies PriceForecast);
  },
};

/** The price at the same time of day, `day + 1` days before the next one; further ahead the same days again. */
function onDay(history: PriceHistory, perDay: number, day: number, ahead: number): number {
  const index = history.length - (day + 1) * perDay + (ahead % perDay);
  return history.price(index);
}

const fading = (ahead: number, intervalMs: number): number => Math.exp((-(ahead + 1) * intervalMs) / LEVEL_MEMORY_MS);

/** How far the latest prices lie above the usual ones of their time of day. */
function levelNow(history: PriceHistory, perDay: number, weights: Float64Array, total: number): number {
  let level = 0;
  const count = Math.min(LEVEL_INTERVALS, history.length - weights.length * perDay);
  for (let back = 1; back <= count; back++) {
    let usual = 0;
    for (let day = 0; day < weights.length; day++) {
      usual += ((weights[day] ?? 0) / total) * history.price(history.length - back - (day + 1) * perDay);
    }
    level += (history.price(history.length - back) - usual) / count;
  }
  return level;
}

function meanOf(paths: readonly PricePath[], horizon: number): Float64Array {
  const mean = new Float64Array(horizon);
  for (const { weight, prices } of paths) {
    for (let ahead = 0; ahead < horizon; ahead++) mean[ahead] = (mean[ahead] ?? 0) + weight * (prices[ahead] ?? 0);
  }
  return mean;
}

function quantilesOf(paths: readonly PricePath[], horizon: number, widening: number): PriceForecast["quantiles"] {
  const rows = QUANTILES.map((p) => ({ p, prices: new Float64Array(horizon) }));
  for (let ahead = 0; ahead < horizon; ahead++) {
    const sorted = paths
      .map(({ weight, prices }) => ({ weight, price: prices[ahead] ?? 0 }))
      .sort((a, b) => a.price - b.price);
    for (const { p, prices } of rows) {
      let sum = 0;
      const reached = sorted.find(({ weight }) => {
        sum += weight;
        return sum >= p - 1e-9;
      });
      const outer = p < 0.5 ? -widening : p > 0.5 ? widening : 0;
      prices[ahead] = ((reached ?? sorted.at(-1))?.price ?? 0) + outer * Math.abs(p - 0.5);
    }
  }
  return rows;
}

function rangeOf(history: PriceHistory): number {
  const known = history.latest(DAY_MS / history.intervalMs);
  return known.reduce((top, price) => Math.max(top, price)) - known.reduce((bottom, price) => Math.min(bottom, price));
}

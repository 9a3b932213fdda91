import { ok } from "@penstock/protocol/result";
import { clamp } from "@penstock/protocol/units";
import { doubtAfter, forecastOfPaths } from "./forecast-of-paths.ts";
import type { Forecaster, PricePath } from "./forecaster.ts";
import { type PastDays, pastDays } from "./past-days.ts";

const DAYS = 14;
/** A day's word is worth half as much as that of the day five days after it. */
const HALF_LIFE_DAYS = 5;
/** What "now" means, in intervals, when today's level is compared with that of a past day. */
const LEVEL_INTERVALS = 3;
/** How long today's level lasts: after four hours a third of the difference is left. */
const LEVEL_MEMORY_MS = 4 * 3_600_000;
/** A difference beyond this many times the usual spread of prices is a spike, and is not carried on in full. */
const SPREADS_CARRIED = 4;

/**
 * The default. Each of the last days is a path of what may come, recent days likelier, each lifted or lowered to
 * start at today's level, a difference that fades over the hours:
 *
 *   path_d(k) = p(k, d days ago) + clamp(level now − level d days ago) · e^(−k Δt / τ)
 *
 * So it is persistence for the next minutes, the daily profile for tomorrow, and in between a blend of both.
 */
export const blend: Forecaster = {
  name: "blend",
  forecast(history, horizon) {
    const days = pastDays(history, DAYS);
    if (!days.ok) return days;
    const { count, perDay, price } = days.value;
    const weights = recencyWeights(count);
    const carriedMax = SPREADS_CARRIED * usualSpread(days.value);
    const fading = Float64Array.from({ length: horizon }, (_, ahead) =>
      Math.exp((-(ahead + 1) * history.intervalMs) / LEVEL_MEMORY_MS),
    );
    const levelNow = days.value.levelBefore(0, LEVEL_INTERVALS) ?? 0;
    const paths = weights.map((weight, index): PricePath => {
      const daysBack = index + 1;
      const levelThen = days.value.levelBefore(daysBack, LEVEL_INTERVALS) ?? levelNow;
      const lift = clamp(levelNow - levelThen, -carriedMax, carriedMax);
      const prices = new Float64Array(horizon);
      for (let ahead = 0; ahead < horizon; ahead++) {
        prices[ahead] = price(daysBack, ahead) + lift * (fading[ahead] as number);
      }
      return { weight, prices };
    });
    return ok(forecastOfPaths("blend", history, paths, doubtAfter(count, price, perDay)));
  },
};

function recencyWeights(count: number): readonly number[] {
  const weights = Array.from({ length: count }, (_, index) => 0.5 ** (index / HALF_LIFE_DAYS));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Between the quartiles of the past days. Of every sixth price: they hardly differ from their neighbours. */
function usualSpread({ count, perDay, price }: PastDays): number {
  const sample: number[] = [];
  for (let daysBack = 1; daysBack <= count; daysBack++) {
    for (let ahead = 0; ahead < perDay; ahead += 6) sample.push(price(daysBack, ahead));
  }
  const sorted = Float64Array.from(sample).sort();
  const at = (p: number): number => sorted[Math.floor(p * (sorted.length - 1))] as number;
  return at(0.75) - at(0.25);
}

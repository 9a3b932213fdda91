import { invariant } from "@penstock/protocol/result";
import type { PriceHistory } from "../prices/price-history.ts";
import type { PriceForecast, PricePath, PriceQuantile } from "./forecaster.ts";

export const QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/** A forecast that is its paths: their mean and, interval by interval, their quantiles, moved apart by `doubt`. */
export function forecastOfPaths(
  forecaster: string,
  history: PriceHistory,
  paths: readonly PricePath[],
  doubt: number,
): PriceForecast {
  const horizon = paths[0]?.prices.length;
  invariant(horizon !== undefined, "a forecast has a path");
  return {
    forecaster,
    asOfMs: history.asOfMs,
    startMs: history.endMs,
    intervalMs: history.intervalMs,
    mean: meanOf(paths, horizon),
    quantiles: quantilesOf(paths, horizon, doubt),
    paths,
  };
}

/**
 * How much wider than the few days seen a forecast has to be, money per MWh: all of the range they cover after one
 * day, ever less of it after more. Multiplied by a quantile's distance from the median.
 */
export function doubtAfter(days: number, prices: (daysBack: number, ahead: number) => number, perDay: number): number {
  if (days >= DAYS_WITHOUT_DOUBT) return 0;
  let bottom = Number.POSITIVE_INFINITY;
  let top = Number.NEGATIVE_INFINITY;
  for (let day = 1; day <= days; day++) {
    for (let ahead = 0; ahead < perDay; ahead++) {
      const price = prices(day, ahead);
      bottom = Math.min(bottom, price);
      top = Math.max(top, price);
    }
  }
  return (top - bottom) / days;
}

const DAYS_WITHOUT_DOUBT = 7;

function meanOf(paths: readonly PricePath[], horizon: number): Float64Array {
  const mean = new Float64Array(horizon);
  for (const { weight, prices } of paths) {
    for (let ahead = 0; ahead < horizon; ahead++) {
      mean[ahead] = (mean[ahead] as number) + weight * (prices[ahead] as number);
    }
  }
  return mean;
}

function quantilesOf(paths: readonly PricePath[], horizon: number, doubt: number): readonly PriceQuantile[] {
  const quantiles = QUANTILES.map((p) => ({ p, prices: new Float64Array(horizon) }));
  const prices = new Float64Array(paths.length);
  const weights = new Float64Array(paths.length);
  for (let ahead = 0; ahead < horizon; ahead++) {
    for (const [rank, path] of paths.entries())
      insert(prices, weights, rank, path.prices[ahead] as number, path.weight);
    let rank = 0;
    let reached = weights[0] as number;
    for (const quantile of quantiles) {
      while (rank < paths.length - 1 && reached < quantile.p - 1e-9) reached += weights[++rank] as number;
      quantile.prices[ahead] = (prices[rank] as number) + doubt * (quantile.p - 0.5);
    }
  }
  return quantiles;
}

/** Insertion sort of a handful: a forecast is made every five minutes of a year's backtest. */
function insert(prices: Float64Array, weights: Float64Array, count: number, price: number, weight: number): void {
  let at = count;
  while (at > 0 && (prices[at - 1] as number) > price) {
    prices[at] = prices[at - 1] as number;
    weights[at] = weights[at - 1] as number;
    at--;
  }
  prices[at] = price;
  weights[at] = weight;
}

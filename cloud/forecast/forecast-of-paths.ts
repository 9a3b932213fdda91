import { invariant } from "@penstock/protocol/result";
import type { PriceHistory } from "../prices/price-history.ts";
import type { PriceForecast, PricePath } from "./forecaster.ts";
import { pathMean, pathQuantiles, QUANTILES } from "./path-quantiles.ts";

/** A forecast that is its paths: their mean and, interval by interval, their quantiles, moved apart by `doubt`. */
export function forecastOfPaths(
  forecaster: string,
  history: PriceHistory,
  paths: readonly PricePath[],
  doubt: number,
): PriceForecast {
  const horizon = paths[0]?.prices.length;
  invariant(horizon !== undefined, "a forecast has a path");
  const weights = paths.map(({ weight }) => weight);
  const courses = paths.map(({ prices }) => prices);
  const quantiles = pathQuantiles(weights, courses, horizon).map((prices, index) => {
    const p = QUANTILES[index] as number;
    return { p, prices: doubt === 0 ? prices : prices.map((price) => price + doubt * (p - 0.5)) };
  });
  return {
    forecaster,
    asOfMs: history.asOfMs,
    startMs: history.endMs,
    intervalMs: history.intervalMs,
    mean: pathMean(weights, courses, horizon),
    quantiles,
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

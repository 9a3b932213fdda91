import { pathMean, pathQuantiles, QUANTILES } from "../path-quantiles.ts";
import type { SeriesForecast, WeightedPath } from "./series-forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

/** A forecast that is its paths: their mean and, interval by interval, their quantiles. */
export function seriesForecastOfPaths(
  forecaster: string,
  history: SeriesHistory,
  horizon: number,
  paths: readonly WeightedPath[],
): SeriesForecast {
  const weights = paths.map(({ weight }) => weight);
  const courses = paths.map(({ values }) => values);
  return {
    forecaster,
    asOfMs: history.asOfMs,
    startMs: history.endMs,
    intervalMs: history.intervalMs,
    mean: pathMean(weights, courses, horizon),
    quantiles: pathQuantiles(weights, courses, horizon).map((values, index) => ({
      p: QUANTILES[index] as number,
      values,
    })),
    paths,
  };
}

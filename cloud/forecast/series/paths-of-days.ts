import { fail, ok, type Result } from "@penstock/protocol/result";
import { QUANTILES } from "../forecast-of-paths.ts";
import type { TooLittleHistory } from "../forecaster.ts";
import type { SeriesForecast, WeightedPath } from "./series-forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

/**
 * Every past day is a course of what may come: `courseOf(daysBack)(ahead, index)` turns what was measured
 * at `index`, a whole number of days before the interval `ahead`, into what it says of that interval. `weigh` is how
 * likely a day's course is, to any scale.
 */
export function forecastOfPastDays(
  name: string,
  history: SeriesHistory,
  horizon: number,
  daysMax: number,
  weigh: (daysBack: number) => number,
  courseOf: (daysBack: number) => (ahead: number, index: number) => number,
): Result<SeriesForecast, TooLittleHistory> {
  const { perDay, intervalMs, length } = history;
  const known = Math.min(daysMax, Math.floor(length / perDay));
  if (known < 1)
    return fail({ code: "forecast.too-little-history", neededMs: 86_400_000, knownMs: length * intervalMs });
  const days = Array.from({ length: known }, (_, index) => index + 1);
  const total = days.reduce((sum, daysBack) => sum + weigh(daysBack), 0);
  const paths = days.map((daysBack): WeightedPath => {
    const value = courseOf(daysBack);
    const values = Float64Array.from({ length: horizon }, (_, ahead) =>
      value(ahead, length - daysBack * perDay + (ahead % perDay)),
    );
    return { weight: weigh(daysBack) / total, values };
  });
  return ok({
    forecaster: name,
    asOfMs: history.asOfMs,
    startMs: history.endMs,
    intervalMs,
    mean: Float64Array.from({ length: horizon }, (_, ahead) =>
      paths.reduce((sum, { weight, values }) => sum + weight * (values[ahead] as number), 0),
    ),
    quantiles: quantilesOf(paths, horizon),
    paths,
  });
}

function quantilesOf(paths: readonly WeightedPath[], horizon: number): SeriesForecast["quantiles"] {
  const quantiles = QUANTILES.map((p) => ({ p, values: new Float64Array(horizon) }));
  for (let ahead = 0; ahead < horizon; ahead++) {
    const sorted = [...paths].sort((a, b) => (a.values[ahead] as number) - (b.values[ahead] as number));
    let rank = 0;
    let reached = sorted[0]?.weight ?? 0;
    for (const { p, values } of quantiles) {
      while (rank < sorted.length - 1 && reached < p - 1e-9) reached += sorted[++rank]?.weight ?? 0;
      values[ahead] = sorted[rank]?.values[ahead] ?? 0;
    }
  }
  return quantiles;
}

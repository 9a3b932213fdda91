import type { Result } from "@penstock/protocol/result";
import { ok } from "@penstock/protocol/result";
import type { TooLittleHistory } from "../forecaster.ts";
import { dayRows } from "./day-rows.ts";
import { seriesForecastOfPaths } from "./series-forecast-of-paths.ts";
import type { SeriesForecast, WeightedPath } from "./series-forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

/**
 * Every past day is a course of what may come. `turn(daysBack, course)` changes in place what was measured from so many
 * days before on into what it says of the horizon; left alone it is said as it was. `weigh` is how likely a day's course is, to any scale.
 */
export function forecastOfPastDays(
  name: string,
  history: SeriesHistory,
  horizon: number,
  daysMax: number,
  weigh: (daysBack: number) => number,
  turn: (daysBack: number, course: Float64Array) => void,
): Result<SeriesForecast, TooLittleHistory> {
  const rows = dayRows(history, daysMax);
  if (!rows.ok) return rows;
  const { count, perDay, day } = rows.value;
  const weights = Array.from({ length: count }, (_, index) => weigh(index + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const paths = weights.map((weight, index): WeightedPath => {
    const measured = day(count - 1 - index);
    const values = new Float64Array(horizon);
    for (let from = 0; from < horizon; from += perDay) values.set(measured.subarray(0, horizon - from), from);
    turn(index + 1, values);
    return { weight: weight / total, values };
  });
  return ok(seriesForecastOfPaths(name, history, horizon, paths));
}

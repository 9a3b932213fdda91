import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { type MeasuredSeries, type SeriesForecaster, SeriesHistory } from "../../forecast/series/index.ts";

/** How well a forecaster of a measured series did, hours ahead; in the series' unit. */
export interface SeriesScore {
  readonly hoursAhead: number;
  /** Of the median, which is what makes absolute errors small. */
  readonly mae: number;
  /** The last measured value, held. */
  readonly persistenceMae: number;
  /** The same time of day a day, and a week, before. */
  readonly yesterdayMae: number;
  readonly lastWeekMae: number;
  /** Share of what came that lay within the 90 % band. */
  readonly bandCoverage: number;
}

const LEARN_DAYS = 35;
const WEEK_DAYS = 7;
const BAND = { low: 0.05, high: 0.95 } as const;

/**
 * Forecasts a whole year, from every hour, with what had been measured by then; the first five weeks are for learning.
 * A score of so many hours ahead is about the one interval that ends then.
 */
export function evaluateSeries(
  series: MeasuredSeries,
  forecaster: SeriesForecaster,
  hoursAhead: readonly number[],
): Result<readonly SeriesScore[], CodedError> {
  const perDay = Math.round(86_400_000 / series.intervalMs);
  const perHour = perDay / 24;
  const horizon = Math.max(...hoursAhead) * perHour;
  const { values } = series;
  const sums = hoursAhead.map((hours) => ({ at: hours * perHour - 1, own: 0, held: 0, day: 0, week: 0, within: 0 }));
  let count = 0;
  for (let known = LEARN_DAYS * perDay; known + horizon <= values.length; known += perHour) {
    const made = forecaster.forecast(
      SeriesHistory.asOf(series, (series.startMs + known * series.intervalMs) as UtcMs),
      horizon,
    );
    if (!made.ok) return made;
    const quantile = (p: number) => made.value.quantiles.find((each) => Math.abs(each.p - p) < 1e-9)?.values;
    const [low, middle, high] = [quantile(BAND.low), quantile(0.5) ?? made.value.mean, quantile(BAND.high)];
    count += 1;
    for (const sum of sums) {
      const real = values[known + sum.at] as number;
      const off = (index: number): number => Math.abs(real - (values[index] as number));
      sum.own += Math.abs(real - (middle[sum.at] as number));
      sum.held += off(known - 1);
      sum.day += off(known + sum.at - perDay);
      sum.week += off(known + sum.at - WEEK_DAYS * perDay);
      if (low !== undefined && high !== undefined && real >= (low[sum.at] ?? 0) && real <= (high[sum.at] ?? 0))
        sum.within += 1;
    }
  }
  if (count === 0) {
    return fail({ code: "series.too-short", intervals: values.length, neededDays: LEARN_DAYS + horizon / perDay });
  }
  return ok(
    sums.map(({ own, held, day, week, within }, index) => ({
      hoursAhead: hoursAhead[index] as number,
      mae: own / count,
      persistenceMae: held / count,
      yesterdayMae: day / count,
      lastWeekMae: week / count,
      bandCoverage: within / count,
    })),
  );
}

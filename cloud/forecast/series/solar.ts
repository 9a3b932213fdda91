import { invariant } from "@penstock/protocol/result";
import { clamp } from "@penstock/protocol/units";
import { forecastOfPastDays } from "./paths-of-days.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

const DAYS = 21;
const HALF_LIFE_DAYS = 4;
/** What the sky is now says something for so many hours of daylight. */
const CLEARNESS_MEMORY_HOURS = 3;
const LOOK_BACK_HOURS = 2;
/** A weather forecast leaves so much of the usual spread. */
const SPREAD_LEFT = 0.5;

/**
 * Generation of a solar plant, W (positive, out): the clearest days of the last weeks say what a clear sky gives at
 * each time of day; past days say how clear it may be; today's sky counts most for the next hours.
 *
 * With a covariate `clearness` (0 overcast .. 1 clear, a weather forecast) the courses spread around that instead.
 */
export const solar: SeriesForecaster = {
  name: "solar",
  forecast(history, horizon, covariates) {
    const { perDay, length } = history;
    const days = Math.min(DAYS, Math.floor(length / perDay));
    const clear = clearSky(history, days);
    const clearAt = (index: number): number => clear[((index % perDay) + perDay) % perDay] as number;
    const now = clearnessBefore(history, clearAt, length, (LOOK_BACK_HOURS * perDay) / 24);
    const forecast = covariates?.["clearness"];
    invariant(forecast === undefined || forecast.length >= horizon, "a covariate covers the horizon");
    const usual = (ahead: number): number => meanClearness(history, clearAt, length + ahead, days);
    const weigh = (daysBack: number): number => 0.5 ** (daysBack / HALF_LIFE_DAYS);
    return forecastOfPastDays("solar", history, horizon, DAYS, weigh, (daysBack) => {
      const then = clearnessBefore(history, clearAt, length - daysBack * perDay, (LOOK_BACK_HOURS * perDay) / 24);
      const lift = now === undefined || then === undefined ? 0 : now - then;
      return (ahead, index) => {
        const top = clearAt(length + ahead);
        if (top <= 0) return 0;
        const clearness = history.value(index) / top;
        if (forecast !== undefined) {
          return clamp((forecast[ahead] as number) + SPREAD_LEFT * (clearness - usual(ahead)), 0, 1) * top;
        }
        const faded = lift * Math.exp((-(ahead + 1) * 24) / (CLEARNESS_MEMORY_HOURS * perDay));
        return clamp(clearness + faded, 0, 1) * top;
      };
    });
  },
};

/** The highest value at each time of day. */
function clearSky(history: SeriesHistory, days: number): Float64Array {
  const { perDay, length } = history;
  const highest = new Float64Array(perDay);
  for (let index = length - days * perDay; index < length; index++) {
    const at = index % perDay;
    highest[at] = Math.max(highest[at] as number, history.value(index));
  }
  return highest;
}

/** Energy over what a clear sky would have given, just before an interval; undefined in the dark. */
function clearnessBefore(
  history: SeriesHistory,
  clearAt: (index: number) => number,
  end: number,
  count: number,
): number | undefined {
  let [real, most] = [0, 0];
  for (let index = Math.max(0, end - Math.ceil(count)); index < end; index++) {
    real += history.value(index);
    most += clearAt(index);
  }
  return most > 0 ? real / most : undefined;
}

/** How clear it was on average at an interval's time of day. */
function meanClearness(
  history: SeriesHistory,
  clearAt: (index: number) => number,
  target: number,
  days: number,
): number {
  const { perDay, length } = history;
  const top = clearAt(target);
  let sum = 0;
  for (let daysBack = 1; daysBack <= days; daysBack++) {
    sum += history.value(length - daysBack * perDay + ((target - length) % perDay)) / top;
  }
  return sum / days;
}

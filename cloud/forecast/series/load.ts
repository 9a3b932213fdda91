import { clamp } from "@penstock/protocol/units";
import { forecastOfPastDays } from "./paths-of-days.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

const DAYS = 28;
const HALF_LIFE_DAYS = 10;
/** How likely it is that a working day is like a day of rest, against another working day. */
const OTHER_KIND = 0.25;
const SAME_WEEKDAY = 2;
/** Today's level against that of the past day is carried on, less and less. */
const LEVEL_HOURS = 3;
const LEVEL_MEMORY_HOURS = 4;

/**
 * Consumption of a site, W (positive is what it uses): past days of the same kind, the latest and the same weekday
 * likeliest, each at today's level, which fades.
 */
export const load: SeriesForecaster = {
  name: "load",
  forecast(history, horizon) {
    const { perDay, length } = history;
    const perHour = perDay / 24;
    const levelNow = levelBefore(history, length, perHour * LEVEL_HOURS);
    const weigh = (daysBack: number): number => {
      const recent = 0.5 ** (daysBack / HALF_LIFE_DAYS);
      const [then, now] = [history.weekday(length - daysBack * perDay), history.weekday(length)];
      if (then === now) return SAME_WEEKDAY * recent;
      return isRest(then) === isRest(now) ? recent : OTHER_KIND * recent;
    };
    return forecastOfPastDays("load", history, horizon, DAYS, weigh, (daysBack) => {
      const levelThen = levelBefore(history, length - daysBack * perDay, perHour * LEVEL_HOURS);
      const lift =
        levelNow === undefined || levelThen === undefined ? 0 : clamp(levelNow - levelThen, -levelThen, levelThen);
      return (ahead, index) =>
        Math.max(0, history.value(index) + lift * Math.exp(-(ahead + 1) / (LEVEL_MEMORY_HOURS * perHour)));
    });
  },
};

const isRest = (weekday: number): boolean => weekday === 0 || weekday === 6;

function levelBefore(history: SeriesHistory, end: number, count: number): number | undefined {
  const start = end - Math.max(1, Math.round(count));
  if (start < 0) return undefined;
  let sum = 0;
  for (let index = start; index < end; index++) sum += history.value(index);
  return sum / (end - start);
}

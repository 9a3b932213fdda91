import { ok } from "@penstock/protocol/result";
import { doubtAfter, forecastOfPaths } from "./forecast-of-paths.ts";
import type { Forecaster } from "./forecaster.ts";
import { pastDays } from "./past-days.ts";

const DAYS = 14;

/**
 * The mean of the last two weeks at the same time of day. The same weekday counts double: a Sunday is most like
 * the Sundays before it, and this needs no calendar.
 */
export const meanProfile: Forecaster = {
  name: "mean-profile",
  forecast(history, horizon) {
    const days = pastDays(history, DAYS);
    if (!days.ok) return days;
    const { count, price, perDay } = days.value;
    const weights = Array.from({ length: count }, (_, index) => ((index + 1) % 7 === 0 ? 2 : 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const paths = weights.map((weight, index) => ({
      weight: weight / total,
      prices: Float64Array.from({ length: horizon }, (_, ahead) => price(index + 1, ahead)),
    }));
    return ok(forecastOfPaths("mean-profile", history, paths, doubtAfter(count, price, perDay)));
  },
};

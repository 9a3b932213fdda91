import { ok } from "@penstock/protocol/result";
import { doubtAfter, forecastOfPaths } from "./forecast-of-paths.ts";
import type { Forecaster } from "./forecaster.ts";
import { pastDays } from "./past-days.ts";

const DAYS = 14;

/** The latest price stays. Its bands are how far prices moved, from this time of day on, in the last two weeks. */
export const persistence: Forecaster = {
  name: "persistence",
  forecast(history, horizon) {
    const days = pastDays(history, DAYS);
    if (!days.ok) return days;
    const { count, price, perDay, levelBefore } = days.value;
    const latest = history.price(history.length - 1);
    const moves = Array.from({ length: count }, (_, index) => {
      const before = levelBefore(index + 1, 1) ?? latest;
      return {
        weight: 1 / count,
        prices: Float64Array.from({ length: horizon }, (_, ahead) => latest + price(index + 1, ahead) - before),
      };
    });
    const flat = new Float64Array(horizon).fill(latest);
    return ok({
      ...forecastOfPaths("persistence", history, moves, doubtAfter(count, price, perDay)),
      mean: flat,
      paths: [{ weight: 1, prices: flat }],
    });
  },
};

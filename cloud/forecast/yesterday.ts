import { ok } from "@penstock/protocol/result";
import { doubtAfter, forecastOfPaths } from "./forecast-of-paths.ts";
import type { Forecaster } from "./forecaster.ts";
import { pastDays } from "./past-days.ts";

/** The last day again: the forecast every other one has to beat. */
export const yesterday: Forecaster = {
  name: "yesterday",
  forecast(history, horizon) {
    const days = pastDays(history, 1);
    if (!days.ok) return days;
    const { price, perDay } = days.value;
    const prices = Float64Array.from({ length: horizon }, (_, ahead) => price(1, ahead));
    return ok(forecastOfPaths("yesterday", history, [{ weight: 1, prices }], doubtAfter(1, price, perDay)));
  },
};

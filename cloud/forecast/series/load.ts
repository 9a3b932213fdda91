import { ok } from "@penstock/protocol/result";
import { dayRows } from "./day-rows.ts";
import { forecastAround, judgedMixture, MIXTURE_DAYS } from "./judged-mixture.ts";
import { LoadOpinions } from "./load-opinions.ts";
import { forecastOfPastDays } from "./paths-of-days.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";

/** With fewer days of errors the past days themselves are the courses. */
const ERROR_DAYS_MIN = 7;

/**
 * Consumption of a site, W (positive is what it uses). Several opinions of the day (`load-opinions.ts`) are weighed,
 * interval by interval, by how far off each has lately been; the bands and courses are how far off the mixture has been,
 * whole days of it.
 */
export const load: SeriesForecaster = {
  name: "load",
  forecast(history, horizon) {
    const rows = dayRows(history, MIXTURE_DAYS);
    if (!rows.ok) return rows;
    const { count, perDay } = rows.value;
    if (count <= ERROR_DAYS_MIN) {
      const all = () => 1;
      return forecastOfPastDays("load", history, horizon, MIXTURE_DAYS, all, () => {});
    }
    const { mixed, errors } = judgedMixture(rows.value, horizon, new LoadOpinions(history, rows.value));
    const spread = errors.map((error) => mixed.map((_, ahead) => error[ahead % perDay] as number));
    return ok(forecastAround("load", history, mixed, spread, (value) => Math.max(0, value)));
  },
};

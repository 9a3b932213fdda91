import { invariant, ok } from "@penstock/protocol/result";
import { clamp } from "@penstock/protocol/units";
import { dayRows } from "./day-rows.ts";
import { forecastAround, judgedMixture, MIXTURE_DAYS } from "./judged-mixture.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";
import { SkyOpinions } from "./sky-opinions.ts";

/** Until a week of errors is known, a dark day and a clear one are thought as likely as what was seen. */
const ERROR_DAYS_TRUSTED = 7;
/** A weather forecast leaves so much of the usual spread. */
const SPREAD_LEFT = 0.5;

/**
 * Generation of a solar plant, W (positive, out). Several opinions of the sky (`sky-opinions.ts`) are weighed, interval by
 * interval, by how far off each has lately been; the bands and courses are how far off the mixture has been, whole days
 * of it, never below nothing or above a clear sky.
 *
 * With a covariate `clearness` (0 overcast .. 1 clear, a weather forecast) that is believed instead, with half the spread.
 */
export const solar: SeriesForecaster = {
  name: "solar",
  forecast(history, horizon, covariates) {
    const rows = dayRows(history, MIXTURE_DAYS);
    if (!rows.ok) return rows;
    const { count, perDay } = rows.value;
    const sky = covariates?.["clearness"];
    invariant(sky === undefined || sky.length >= horizon, "a covariate covers the horizon");
    const opinions = new SkyOpinions(rows.value);
    const { mixed, errors } = judgedMixture(rows.value, horizon, opinions);
    const clear = opinions.clearOf(count);
    const tops = Float64Array.from({ length: horizon }, (_, ahead) => clear[ahead % perDay] as number);
    const middle = sky === undefined ? mixed : tops.map((top, ahead) => clamp(sky[ahead] as number, 0, 1) * top);
    const left = sky === undefined ? 1 : SPREAD_LEFT;
    const spread = errors.map((error) => tops.map((_, ahead) => left * (error[ahead % perDay] as number)));
    if (errors.length < ERROR_DAYS_TRUSTED) {
      for (const share of [0, 1]) spread.push(tops.map((top, ahead) => share * top - (middle[ahead] as number)));
    }
    const possible = (value: number, ahead: number): number => clamp(value, 0, tops[ahead] as number);
    return ok(forecastAround("solar", history, middle, spread, possible));
  },
};

import { invariant } from "@penstock/protocol/result";
import { type DayAheadView, HOURS } from "./day-ahead-market.ts";

/** Days before the target day that the features of {@link dayFeatures} reach back. */
export const FEATURE_DAYS_BACK = 7;

export const PRICE_LAGS = [1, 2, 3, 7];
export const KNOWN_LAGS = [0, 1, 7];

export const featureCount = (knownSeries: number): number =>
  HOURS * (PRICE_LAGS.length + KNOWN_LAGS.length * knownSeries) + 7;

/**
 * The inputs of Lago et al. (2021) for the day: all prices 1, 2, 3 and 7 days before; each published series on the day
 * itself and 1 and 7 days before; the weekday, one column each, last.
 */
export function dayFeatures(view: DayAheadView, day: number): Float64Array {
  invariant(day >= FEATURE_DAYS_BACK, "features reach a week back");
  const row = new Float64Array(featureCount(view.knownSeries));
  let at = 0;
  for (const lag of PRICE_LAGS) {
    row.set(view.prices(day - lag), at);
    at += HOURS;
  }
  for (let series = 0; series < view.knownSeries; series++) {
    for (const lag of KNOWN_LAGS) {
      row.set(view.known(series, day - lag), at);
      at += HOURS;
    }
  }
  row[at + view.weekday(day)] = 1;
  return row;
}

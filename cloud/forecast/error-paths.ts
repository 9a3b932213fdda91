import { invariant } from "@penstock/protocol/result";

export interface Bands {
  /** Ascending in `p`; one value an interval. */
  readonly quantiles: readonly { readonly p: number; readonly values: Float64Array }[];
  /** Equally likely whole courses. */
  readonly paths: readonly Float64Array[];
}

/**
 * Bands and courses around a forecast, from the errors (what came less what was forecast) that the same forecaster
 * made in the past over the same intervals of the day, one array a past forecast.
 *
 * Each course is the forecast plus one past error whole, so that errors depend on each other over time as they did.
 * The bands are conformal: with n past errors the quantile p is the ⌈(n + 1) p⌉-th smallest (above the median; mirrored
 * below), which holds the promised share of what comes whenever tomorrow is to the past as its days were to each other.
 */
export function bandsOfErrors(
  forecast: Float64Array,
  errors: readonly Float64Array[],
  probabilities: readonly number[],
): Bands {
  invariant(errors.length > 0, "bands come from past errors");
  invariant(
    errors.every((error) => error.length === forecast.length),
    "an error is of a whole forecast",
  );
  const paths = errors.map((error) => {
    const path = forecast.slice();
    for (let ahead = 0; ahead < path.length; ahead++) path[ahead] = (path[ahead] as number) + (error[ahead] as number);
    return path;
  });
  const quantiles = probabilities.map((p) => ({ p, values: new Float64Array(forecast.length) }));
  const ranks = probabilities.map((p) => rankOf(p, paths.length));
  const sorted = new Float64Array(paths.length);
  for (let ahead = 0; ahead < forecast.length; ahead++) {
    for (let index = 0; index < paths.length; index++) sorted[index] = (paths[index] as Float64Array)[ahead] as number;
    sorted.sort();
    for (let index = 0; index < quantiles.length; index++) {
      (quantiles[index] as { values: Float64Array }).values[ahead] = sorted[ranks[index] as number] as number;
    }
  }
  return { quantiles, paths };
}

/** Index of the quantile among n sorted values; the outermost where n is too small for it. */
function rankOf(p: number, n: number): number {
  const fromBelow = Math.ceil((n + 1) * p) - 1;
  const fromAbove = n - Math.ceil((n + 1) * (1 - p));
  const middle = p > 0.5 ? fromBelow : p < 0.5 ? fromAbove : Math.floor((n - 1) / 2);
  return Math.min(Math.max(middle, 0), n - 1);
}

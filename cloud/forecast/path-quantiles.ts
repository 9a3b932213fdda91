/** Probabilities every forecast is told at. */
export const QUANTILES: readonly number[] = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * Interval by interval the values that weighted courses stay at or below with each probability of `QUANTILES`: one array a
 * probability. The weights sum to 1.
 */
export function pathQuantiles(
  weights: readonly number[],
  courses: readonly Float64Array[],
  horizon: number,
): readonly Float64Array[] {
  const said = QUANTILES.map(() => new Float64Array(horizon));
  const sorted = new Float64Array(courses.length);
  const weightOf = new Float64Array(courses.length);
  for (let ahead = 0; ahead < horizon; ahead++) {
    for (let index = 0; index < courses.length; index++) {
      insert(sorted, weightOf, index, (courses[index] as Float64Array)[ahead] as number, weights[index] as number);
    }
    let rank = 0;
    let reached = weightOf[0] as number;
    for (let index = 0; index < QUANTILES.length; index++) {
      const p = QUANTILES[index] as number;
      while (rank < courses.length - 1 && reached < p - 1e-9) reached += weightOf[++rank] as number;
      (said[index] as Float64Array)[ahead] = sorted[rank] as number;
    }
  }
  return said;
}

/** Interval by interval the mean of weighted courses. */
export function pathMean(weights: readonly number[], courses: readonly Float64Array[], horizon: number): Float64Array {
  const mean = new Float64Array(horizon);
  for (let index = 0; index < courses.length; index++) {
    const course = courses[index] as Float64Array;
    const weight = weights[index] as number;
    for (let ahead = 0; ahead < horizon; ahead++) {
      mean[ahead] = (mean[ahead] as number) + weight * (course[ahead] as number);
    }
  }
  return mean;
}

/** Insertion sort of a handful: a forecast is made every five minutes of a year's backtest. */
function insert(values: Float64Array, weights: Float64Array, count: number, value: number, weight: number): void {
  let at = count;
  while (at > 0 && (values[at - 1] as number) > value) {
    values[at] = values[at - 1] as number;
    weights[at] = weights[at - 1] as number;
    at--;
  }
  values[at] = value;
  weights[at] = weight;
}

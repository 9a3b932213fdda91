import { bandsOfErrors } from "../error-paths.ts";
import { pathMean, QUANTILES } from "../path-quantiles.ts";
import type { DayRows } from "./day-rows.ts";
import type { SeriesForecast } from "./series-forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

/** Several ways to say what a day will be, from the days before it. */
export interface Opinions {
  /**
   * Of row `row`, which need not be measured, one array of a day an opinion; from the rows before it alone. Good until
   * the next is asked for: they are asked for in order, and a forecast that left its scratch to the collector would wait for it.
   */
  of(row: number): readonly Float64Array[];
  /** By opinion: whether it still says something after a day has passed. */
  readonly last: readonly boolean[];
}

export interface Mixture {
  /** The day after the last row and on, as far as the horizon reaches. */
  readonly mixed: Float64Array;
  /** What came less what the same mixture had said, a day of errors for each of the latest days. */
  readonly errors: readonly Float64Array[];
}

/** Days whose errors make the bands. */
const ERROR_DAYS = 28;
/** What a mixture looks at: two weeks more, to know whom to believe by then. */
export const MIXTURE_DAYS = ERROR_DAYS + 14;
/** An error counts half after so many days. */
const MEMORY_DAYS = 28;
/** Errors of so many hours before and after count with an interval's own. */
const NEIGHBOUR_HOURS = 2;
const TINY = 1e-3;

/**
 * Opinions as one: interval by interval each weighs one over the fourth power of how far off it has lately been
 * thereabouts, all alike before any was. The errors are those of the same mixture on past days, made then as it is made now.
 * Beyond a day only opinions that last are heard.
 */
export function judgedMixture(rows: DayRows, horizon: number, opinions: Opinions): Mixture {
  const { count, perDay, day } = rows;
  const reach = Math.round((NEIGHBOUR_HOURS * perDay) / 24);
  const fade = 0.5 ** (1 / MEMORY_DAYS);
  const wrong = opinions.last.map(() => new Float64Array(perDay));
  const believed = opinions.last.map(() => new Float64Array(perDay));
  const errors: Float64Array[] = [];
  for (let row = 1; row < count; row++) {
    const said = opinions.of(row);
    const real = day(row);
    if (row >= count - ERROR_DAYS) {
      const error = mixedOf(said, beliefs(wrong, reach, believed), perDay, opinions.last);
      for (let at = 0; at < perDay; at++) error[at] = (real[at] as number) - (error[at] as number);
      errors.push(error);
    }
    for (let index = 0; index < said.length; index++)
      remember(wrong[index] as Float64Array, said[index] as Float64Array, real, fade);
  }
  return { mixed: mixedOf(opinions.of(count), beliefs(wrong, reach, believed), horizon, opinions.last), errors };
}

/** A forecast around a middle: each course is it and one day of errors whole, the bands are conformal; both within what can be. */
export function forecastAround(
  forecaster: string,
  history: SeriesHistory,
  middle: Float64Array,
  errors: readonly Float64Array[],
  possible: (value: number, ahead: number) => number,
): SeriesForecast {
  const { quantiles, paths } = bandsOfErrors(middle, errors, QUANTILES);
  const bounded = (course: Float64Array): void => {
    for (let ahead = 0; ahead < course.length; ahead++) course[ahead] = possible(course[ahead] as number, ahead);
  };
  paths.forEach(bounded);
  for (const { values } of quantiles) bounded(values);
  const weight = 1 / paths.length;
  return {
    forecaster,
    asOfMs: history.asOfMs,
    startMs: history.endMs,
    intervalMs: history.intervalMs,
    mean: pathMean(new Array(paths.length).fill(weight), paths, middle.length),
    quantiles,
    paths: paths.map((values) => ({ weight, values })),
  };
}

function remember(sums: Float64Array, said: Float64Array, real: Float64Array, fade: number): void {
  for (let at = 0; at < sums.length; at++) {
    sums[at] = fade * (sums[at] as number) + Math.abs((said[at] as number) - (real[at] as number));
  }
}

/** By opinion and interval, into `believed`. */
function beliefs(
  wrong: readonly Float64Array[],
  reach: number,
  believed: readonly Float64Array[],
): readonly Float64Array[] {
  for (let index = 0; index < wrong.length; index++) {
    const [sums, belief] = [wrong[index] as Float64Array, believed[index] as Float64Array];
    let near = 0;
    for (let at = 0; at < Math.min(reach, sums.length); at++) near += sums[at] as number;
    for (let at = 0; at < sums.length; at++) {
      if (at + reach < sums.length) near += sums[at + reach] as number;
      if (at - reach - 1 >= 0) near -= sums[at - reach - 1] as number;
      const squared = Math.max(near, TINY) * Math.max(near, TINY);
      belief[at] = 1 / (squared * squared);
    }
  }
  return believed;
}

function mixedOf(
  opinions: readonly Float64Array[],
  belief: readonly Float64Array[],
  horizon: number,
  last: readonly boolean[],
): Float64Array {
  const perDay = (opinions[0] as Float64Array).length;
  const sums = new Float64Array(horizon);
  const totals = new Float64Array(horizon);
  for (let index = 0; index < opinions.length; index++) {
    const [opinion, weights] = [opinions[index] as Float64Array, belief[index] as Float64Array];
    const end = last[index] ? horizon : Math.min(horizon, perDay);
    for (let ahead = 0, at = 0; ahead < end; ahead++) {
      const weight = weights[at] as number;
      sums[ahead] = (sums[ahead] as number) + weight * (opinion[at] as number);
      totals[ahead] = (totals[ahead] as number) + weight;
      at = at + 1 === perDay ? 0 : at + 1;
    }
  }
  for (let ahead = 0; ahead < horizon; ahead++) sums[ahead] = (sums[ahead] as number) / (totals[ahead] as number);
  return sums;
}

import type { DayRows } from "./day-rows.ts";
import type { Opinions } from "./judged-mixture.ts";
import { RunningDays } from "./running-days.ts";
import type { SeriesHistory } from "./series-history.ts";

const WEEK_DAYS = 7;
const KIND_DAYS = 21;
/** Days of scratch: five opinions, two means of days of rest, two rows of means of a kind. */
const SCRATCH = 9;
/** "Now" is the last three hours, and its level lasts so long. */
const LEVEL_HOURS = 3;
const LEVEL_MEMORY_HOURS = 4;

/**
 * What may be thought of a day's consumption, in this order: the day before again; the same weekday; the mean of a week;
 * the mean of three; of their days of the same kind (working, of rest); and the first and the last two of these at today's
 * level, which fades.
 */
export class LoadOpinions implements Opinions {
  readonly last = [true, true, true, true, true, false, false, false];
  readonly #rows: DayRows;
  readonly #days: RunningDays;
  readonly #fading: Float64Array;
  /** By row and interval, one row more than there are: 1 on a day of rest, else 0. */
  readonly #isRest: Float64Array;
  /** How many of the days were days of rest, and what was used on them, interval by interval. */
  readonly #restDays: RunningDays;
  readonly #restLoads: RunningDays;
  readonly #scratch: readonly Float64Array[];
  #kindBefore: { readonly row: number; readonly mean: Float64Array } | undefined;

  constructor(history: SeriesHistory, rows: DayRows) {
    const { count, perDay, day } = rows;
    this.#rows = rows;
    this.#days = new RunningDays(rows);
    this.#scratch = Array.from({ length: SCRATCH }, () => new Float64Array(perDay));
    this.#fading = new Float64Array(perDay);
    for (let at = 0; at < perDay; at++) this.#fading[at] = Math.exp((-(at + 1) * 24) / (LEVEL_MEMORY_HOURS * perDay));
    const first = history.length - count * perDay;
    this.#isRest = new Float64Array((count + 1) * perDay);
    for (let index = 0; index < this.#isRest.length; index++) {
      const weekday = history.weekday(first + index);
      this.#isRest[index] = weekday === 0 || weekday === 6 ? 1 : 0;
    }
    const restOf = (row: number): Float64Array => this.#isRest.subarray(row * perDay, (row + 1) * perDay);
    this.#restDays = new RunningDays({ count, perDay, day: restOf });
    const loads = new Float64Array(perDay);
    const loadsOf = (row: number): Float64Array => {
      const [values, rest] = [day(row), restOf(row)];
      for (let at = 0; at < perDay; at++) loads[at] = (values[at] as number) * (rest[at] as number);
      return loads;
    };
    this.#restLoads = new RunningDays({ count, perDay, day: loadsOf });
  }

  of(row: number): readonly Float64Array[] {
    const { perDay, day } = this.#rows;
    const yesterday = day(row - 1);
    const weekday = day(Math.max(0, row - WEEK_DAYS));
    const kindBefore = row > 1 ? this.#meanOfKind(row - 1) : yesterday;
    const sameKind = this.#meanOfKind(row);
    const levelFrom = perDay - Math.ceil((LEVEL_HOURS * perDay) / 24);
    const levelNow = levelOf(yesterday, levelFrom);
    const lifted = (course: Float64Array, before: Float64Array, made: Float64Array): Float64Array => {
      const then = levelOf(before, levelFrom);
      const lift = Math.max(-then, Math.min(then, levelNow - then));
      for (let at = 0; at < perDay; at++) {
        made[at] = Math.max(0, (course[at] as number) + lift * (this.#fading[at] as number));
      }
      return made;
    };
    const [ofWeek, ofWeeks, ...free] = this.#scratch as [Float64Array, Float64Array, ...Float64Array[]];
    const week = this.#days.mean(row, WEEK_DAYS, ofWeek);
    const weeks = this.#days.mean(row, KIND_DAYS, ofWeeks);
    const [first, second, third] = free as [Float64Array, Float64Array, Float64Array];
    return [
      yesterday,
      weekday,
      week,
      weeks,
      sameKind,
      lifted(yesterday, day(Math.max(0, row - 2)), first),
      lifted(weeks, weeks, second),
      lifted(sameKind, kindBefore, third),
    ];
  }

  /** Interval by interval of the three weeks' days of its kind; of all days where there is none. */
  #meanOfKind(row: number): Float64Array {
    if (this.#kindBefore?.row === row) return this.#kindBefore.mean;
    // The mean of the row before is still needed: two take turns.
    const [ofRest, ofLoads, even, odd] = this.#scratch.slice(-4) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const mean = this.#days.mean(row, KIND_DAYS, row % 2 === 0 ? even : odd);
    const restDays = this.#restDays.mean(row, KIND_DAYS, ofRest);
    const restLoads = this.#restLoads.mean(row, KIND_DAYS, ofLoads);
    for (let at = 0, own = row * mean.length; at < mean.length; at++, own++) {
      const [rest, restLoad] = [restDays[at] as number, restLoads[at] as number];
      const isRest = this.#isRest[own] === 1;
      const share = isRest ? rest : 1 - rest;
      if (share > 1e-6) mean[at] = (isRest ? restLoad : (mean[at] as number) - restLoad) / share;
    }
    this.#kindBefore = { row, mean };
    return mean;
  }
}

function levelOf(values: Float64Array, from: number): number {
  let sum = 0;
  for (let at = from; at < values.length; at++) sum += values[at] as number;
  return sum / (values.length - from);
}

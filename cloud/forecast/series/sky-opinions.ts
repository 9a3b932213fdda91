import { clamp } from "@penstock/protocol/units";
import type { DayRows } from "./day-rows.ts";
import type { Opinions } from "./judged-mixture.ts";
import { RunningDays } from "./running-days.ts";

const WEEK_DAYS = 7;
const CLEAR_DAYS = 21;
/** "Now" is the last two hours. */
const NOW_HOURS = 2;
/** How long today's sky lasts in the opinion that lets it fade. */
const SKY_MEMORY_HOURS = 4;

/**
 * What may be thought of a day's sun, in this order: the day before again; the mean of a week; the mean of three; a clear
 * sky as far covered as it is now; the same as over the last 24 hours; the mean of three weeks, moved towards the sky that
 * is now, which fades. A clear sky gives the highest value of three weeks at the time of day.
 */
export class SkyOpinions implements Opinions {
  readonly last = [true, true, true, false, false, false];
  readonly #rows: DayRows;
  readonly #days: RunningDays;
  readonly #fading: Float64Array;
  readonly #scratch: readonly Float64Array[];

  constructor(rows: DayRows) {
    this.#rows = rows;
    this.#days = new RunningDays(rows);
    this.#scratch = Array.from({ length: 6 }, () => new Float64Array(rows.perDay));
    this.#fading = Float64Array.from({ length: rows.perDay }, (_, at) =>
      Math.exp((-(at + 1) * 24) / (SKY_MEMORY_HOURS * rows.perDay)),
    );
  }

  /** What a clear sky gives by interval of a day, as the days before it knew. */
  clearOf(row: number): Float64Array {
    return this.#days.highest(row, CLEAR_DAYS);
  }

  of(row: number): readonly Float64Array[] {
    const { perDay, day } = this.#rows;
    const [ofClear, ofWeek, ofWeeks, asNow, asDay, fading] = this.#scratch as Days;
    const clear = this.#days.highest(row, CLEAR_DAYS, ofClear);
    const week = this.#days.mean(row, WEEK_DAYS, ofWeek);
    const weeks = this.#days.mean(row, CLEAR_DAYS, ofWeeks);
    const yesterday = day(row - 1);
    const ofDay = shareOf(yesterday, clear, 0) ?? 0;
    const nowFrom = perDay - Math.ceil((NOW_HOURS * perDay) / 24);
    const now = shareOf(yesterday, clear, nowFrom) ?? ofDay;
    const lift = now - (shareOf(weeks, clear, nowFrom) ?? now);
    for (let at = 0; at < perDay; at++) {
      const top = clear[at] as number;
      asNow[at] = Math.min(1, now) * top;
      asDay[at] = Math.min(1, ofDay) * top;
      fading[at] = clamp((weeks[at] as number) + lift * (this.#fading[at] as number) * top, 0, top);
    }
    return [yesterday, week, weeks, asNow, asDay, fading];
  }
}

type Days = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** What came over what a clear sky would have given, from an interval of a day to its end; undefined in the dark. */
function shareOf(values: Float64Array, clear: Float64Array, from: number): number | undefined {
  let [real, most] = [0, 0];
  for (let at = from; at < values.length; at++) {
    real += values[at] as number;
    most += clear[at] as number;
  }
  return most > 0 ? real / most : undefined;
}

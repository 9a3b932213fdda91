import type { DayRows } from "./day-rows.ts";

/** Means and maxima over the days before a row, interval by interval of the day; written into what is handed in, if anything is. */
export class RunningDays {
  readonly #rows: DayRows;
  /** Row k: the sum of all rows before k. */
  readonly #sums: Float64Array;

  constructor(rows: DayRows) {
    const { count, perDay, day } = rows;
    this.#rows = rows;
    this.#sums = new Float64Array((count + 1) * perDay);
    for (let row = 0; row < count; row++) {
      const values = day(row);
      for (let at = 0, from = row * perDay; at < perDay; at++, from++) {
        this.#sums[from + perDay] = (this.#sums[from] as number) + (values[at] as number);
      }
    }
  }

  /** Of the `days` before a row, fewer where there are fewer; a row has at least one before it. */
  mean(row: number, days: number, mean: Float64Array = new Float64Array(this.#rows.perDay)): Float64Array {
    const { perDay } = this.#rows;
    const first = Math.max(0, row - days);
    for (let at = 0, end = row * perDay, from = first * perDay; at < perDay; at++, end++, from++) {
      mean[at] = ((this.#sums[end] as number) - (this.#sums[from] as number)) / (row - first);
    }
    return mean;
  }

  highest(row: number, days: number, highest: Float64Array = new Float64Array(this.#rows.perDay)): Float64Array {
    highest.set(this.#rows.day(Math.max(0, row - days)));
    for (let before = Math.max(0, row - days) + 1; before < row; before++) {
      const values = this.#rows.day(before);
      for (let at = 0; at < highest.length; at++) {
        const value = values[at] as number;
        if (value > (highest[at] as number)) highest[at] = value;
      }
    }
    return highest;
  }
}

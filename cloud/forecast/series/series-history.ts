import { invariant } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";

/** Measured values of a site: one an interval, no gaps; the unit is the series' own (W, per unit). */
export interface MeasuredSeries {
  readonly startMs: UtcMs;
  readonly intervalMs: Ms;
  readonly values: Float64Array;
  /** What is added to UTC to get the clock people there live by. */
  readonly utcOffsetMs: Ms;
}

/** What had been measured by one moment. Only intervals that have ended by then can be asked for. */
export class SeriesHistory {
  readonly asOfMs: UtcMs;
  readonly length: number;
  readonly #series: MeasuredSeries;

  private constructor(series: MeasuredSeries, asOfMs: UtcMs) {
    const ended = Math.floor((asOfMs - series.startMs) / series.intervalMs);
    this.#series = series;
    this.asOfMs = asOfMs;
    this.length = Math.max(0, Math.min(series.values.length, ended));
  }

  static asOf(series: MeasuredSeries, asOfMs: UtcMs): SeriesHistory {
    return new SeriesHistory(series, asOfMs);
  }

  get intervalMs(): Ms {
    return this.#series.intervalMs;
  }

  get perDay(): number {
    return Math.round(86_400_000 / this.#series.intervalMs);
  }

  /** Start of the first interval that has not been measured. */
  get endMs(): UtcMs {
    return (this.#series.startMs + this.length * this.#series.intervalMs) as UtcMs;
  }

  value(index: number): number {
    invariant(index >= 0 && index < this.length, "a history is only asked for what has been measured");
    return this.#series.values[index] as number;
  }

  /** A copy of the latest measured values, oldest first; fewer than `count` when fewer were measured. */
  latest(count: number): Float64Array {
    return this.#series.values.slice(Math.max(0, this.length - count), this.length);
  }

  /** 0 Sunday .. 6 Saturday, of interval `index` on the local clock; it may lie ahead. */
  weekday(index: number): number {
    const { startMs, intervalMs, utcOffsetMs } = this.#series;
    // The first day of the epoch was a Thursday.
    return (Math.floor((startMs + index * intervalMs + utcOffsetMs) / 86_400_000) + 4) % 7;
  }
}

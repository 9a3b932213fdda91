import { invariant } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { Past } from "../../strategies/learned/past.ts";

/** Whole recorded series of one market on one clock, no interval missing. For judging; deciders get a {@link MarketPast}. */
export interface MarketTable {
  readonly source: string;
  readonly intervalMs: Ms;
  /** START of the interval of element 0. */
  readonly startMs: UtcMs;
  /** The market's clock is ahead of UTC by this at the start of the table; it gives intervals their time of day. */
  readonly utcOffsetMs: number;
  /** The most it is ahead of UTC within the table, summer time included; `utcOffsetMs` when absent. */
  readonly utcOffsetMsMax?: number;
  /** Money per MWh, known once its interval is cleared. */
  readonly prices: Float64Array;
  /** Measured beside the price (demand), known with it. */
  readonly measured: readonly NamedSeries[];
  /** Published the day before (day-ahead price, load forecast); not a number where nothing was published. */
  readonly published: readonly NamedSeries[];
}

export interface NamedSeries {
  readonly name: string;
  readonly values: Float64Array;
}

/** What was published for tomorrow counts as known from this hour of the market's day on: no auction closes later. */
const PUBLISHED_FROM_HOUR = 15;
const DAY_MS = 86_400_000;

/**
 * A market just before interval `length` is cleared: prices and measurements of the intervals before it, and what
 * was published for the rest of its day (and from the afternoon on for the next). There is no door to later ones.
 */
export class MarketPast implements Past {
  readonly length: number;
  readonly #table: MarketTable;

  constructor(table: MarketTable, length: number) {
    invariant(length >= 0 && length <= table.prices.length, "a past ends inside its table");
    this.#table = table;
    this.length = length;
  }

  before(length: number): MarketPast {
    invariant(length <= this.length, "a past gives nothing later than itself");
    return new MarketPast(this.#table, length);
  }

  get intervalMs(): Ms {
    return this.#table.intervalMs;
  }

  get startMs(): UtcMs {
    return this.#table.startMs;
  }

  get utcOffsetMs(): number {
    return this.#table.utcOffsetMs;
  }

  get measuredNames(): readonly string[] {
    return this.#table.measured.map(({ name }) => name);
  }

  get publishedNames(): readonly string[] {
    return this.#table.published.map(({ name }) => name);
  }

  price(index: number): number {
    invariant(index >= 0 && index < this.length, "a past is only asked for prices that were cleared");
    return this.#table.prices[index] as number;
  }

  measured(series: number, index: number): number {
    invariant(index >= 0 && index < this.length, "a past is only asked for what was measured");
    return this.#table.measured[series]?.values[index] as number;
  }

  /**
   * Intervals below this one have been published; it does not depend on what is in the table. A day counts by summer
   * time all year: in winter that withholds an hour, where winter time would in summer give one away.
   */
  get publishedEnd(): number {
    const { startMs, intervalMs, utcOffsetMsMax: offsetMs = this.#table.utcOffsetMs } = this.#table;
    const nowMs = startMs + offsetMs + this.length * intervalMs;
    const dayEndMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
    const isAfternoon = dayEndMs - nowMs <= DAY_MS - PUBLISHED_FROM_HOUR * 3_600_000;
    return Math.ceil((dayEndMs + (isAfternoon ? DAY_MS : 0) - startMs - offsetMs) / intervalMs);
  }

  /** Not a number where nothing was published, as beyond the table's end. */
  published(series: number, index: number): number {
    invariant(index >= 0 && index < this.publishedEnd, "a past is only asked for what was published");
    return this.#table.published[series]?.values[index] ?? Number.NaN;
  }
}

import { invariant } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";

export const HOURS = 24;

/**
 * A day-ahead auction: whole days of 24 hourly prices, and what is published before each auction about the day it is
 * for (load, wind, generation forecasts). For judging in hindsight; a forecaster gets a {@link DayAheadView} of it.
 */
export interface DayAheadMarket {
  readonly name: string;
  /** Midnight of the first day on the market's own clock, written as if that clock were UTC. */
  readonly firstDayMs: UtcMs;
  /** Money per MWh; element `day · 24 + hour`. */
  readonly prices: Float64Array;
  /** Series known before the auction for the whole of its day, aligned with `prices`; any unit. */
  readonly known: readonly { readonly name: string; readonly values: Float64Array }[];
}

export const daysOf = (market: DayAheadMarket): number => Math.floor(market.prices.length / HOURS);

/**
 * What is known just before the auction for one day: prices of every earlier day, and the published forecasts up to
 * and including that day. It holds no door to anything later, so a forecaster given one cannot look ahead.
 */
export class DayAheadView {
  /** The day to forecast, counted from the market's first. */
  readonly day: number;
  readonly #market: DayAheadMarket;

  private constructor(market: DayAheadMarket, day: number) {
    this.#market = market;
    this.day = day;
  }

  static before(market: DayAheadMarket, day: number): DayAheadView {
    invariant(day >= 0 && day * HOURS <= market.prices.length, "a view is of a day of the market or the one after");
    return new DayAheadView(market, day);
  }

  get knownSeries(): number {
    return this.#market.known.length;
  }

  /** 0 Sunday .. 6 Saturday. */
  weekday(day: number): number {
    return new Date(this.#market.firstDayMs + day * 86_400_000).getUTCDay();
  }

  /** Position in the year, 0..1. */
  season(day: number): number {
    const date = new Date(this.#market.firstDayMs + day * 86_400_000);
    return (date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / (366 * 86_400_000);
  }

  /** The 24 prices of a day that has been auctioned. */
  prices(day: number): Float64Array {
    invariant(day >= 0 && day < this.day, "a view is only asked for prices of days before its own");
    return this.#market.prices.subarray(day * HOURS, (day + 1) * HOURS);
  }

  /** The 24 values of a published series, for a day up to and including the view's own. */
  known(series: number, day: number): Float64Array {
    invariant(day >= 0 && day <= this.day, "a view is only asked for what was published by its day");
    const values = this.#market.known[series]?.values;
    invariant(values !== undefined, "a view is only asked for series it has");
    return values.subarray(day * HOURS, (day + 1) * HOURS);
  }
}

import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, invariant, ok } from "@penstock/protocol/result";
import type { Currency, Ms, UtcMs } from "@penstock/protocol/units";
import type { PriceSeries } from "./price-series.ts";

/**
 * What was known of a price series at one moment. It holds no door to a later price: a forecaster given a
 * history cannot look ahead, in a backtest or anywhere else.
 */
export class PriceHistory {
  readonly asOfMs: UtcMs;
  /** How many prices are known; they are elements `0 .. length - 1`. */
  readonly length: number;
  readonly #series: PriceSeries;

  private constructor(series: PriceSeries, asOfMs: UtcMs) {
    const sinceFirstKnownMs = asOfMs - series.startMs - series.knownAfterStartMs;
    this.#series = series;
    this.asOfMs = asOfMs;
    this.length = Math.max(0, Math.min(series.prices.length, Math.floor(sinceFirstKnownMs / series.intervalMs) + 1));
  }

  /** The series as it was known at `asOfMs`. A price becoming known at that very instant is known. */
  static asOf(series: PriceSeries, asOfMs: UtcMs): PriceHistory {
    return new PriceHistory(series, asOfMs);
  }

  /** The same series as known at an earlier moment. A later one is not this history's to give. */
  before(asOfMs: UtcMs): Result<PriceHistory, LookAhead> {
    if (asOfMs > this.asOfMs) return fail({ code: "prices.look-ahead", askedMs: asOfMs, asOfMs: this.asOfMs });
    return ok(new PriceHistory(this.#series, asOfMs));
  }

  get region(): string {
    return this.#series.region;
  }

  get currency(): Currency {
    return this.#series.currency;
  }

  get intervalMs(): Ms {
    return this.#series.intervalMs;
  }

  get generated(): boolean {
    return this.#series.generated;
  }

  /** Start of the first known interval. */
  get startMs(): UtcMs {
    return this.#series.startMs;
  }

  /** End of the last known interval, which is the start of the first one whose price is not known. */
  get endMs(): UtcMs {
    return (this.#series.startMs + this.length * this.#series.intervalMs) as UtcMs;
  }

  /** When the price of the interval that starts at `startMs` becomes, or became, known. */
  knownAtMs(startMs: UtcMs): UtcMs {
    return (startMs + this.#series.knownAfterStartMs) as UtcMs;
  }

  /** The price of the interval that contains an instant; refused when it is not yet known or before the series. */
  at(instantMs: UtcMs): Result<number, LookAhead | BeforeSeries> {
    const index = Math.floor((instantMs - this.startMs) / this.intervalMs);
    if (index >= this.length) return fail({ code: "prices.look-ahead", askedMs: instantMs, asOfMs: this.asOfMs });
    if (index < 0) return fail({ code: "prices.before-series", askedMs: instantMs, startMs: this.startMs });
    return ok(this.price(index));
  }

  /** Element `index` of the known prices, `0 <= index < length`. */
  price(index: number): number {
    invariant(index >= 0 && index < this.length, "a history is only asked for elements it says it has");
    return this.#series.prices[index] as number;
  }

  /** A copy of the latest known prices, oldest first; fewer than `count` when fewer are known. */
  latest(count: number): Float64Array {
    return this.#series.prices.slice(Math.max(0, this.length - count), this.length);
  }
}

export interface LookAhead extends CodedError {
  readonly code: "prices.look-ahead";
  readonly askedMs: number;
  readonly asOfMs: UtcMs;
}

export interface BeforeSeries extends CodedError {
  readonly code: "prices.before-series";
  readonly askedMs: number;
  readonly startMs: UtcMs;
}

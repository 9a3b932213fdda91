import { invariant } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { PriceHistory } from "../prices/price-history.ts";
import type { Past } from "./learned/past.ts";

/** A record of prices as a learner sees it: at the meter, with no door to a later one, and nothing but prices in it. */
export class HistoryPast implements Past {
  readonly length: number;
  readonly utcOffsetMs: number;
  readonly measuredNames: readonly string[] = [];
  readonly publishedNames: readonly string[] = [];
  readonly #history: PriceHistory;
  readonly #lossFactor: number;

  constructor(history: PriceHistory, utcOffsetMs: number, lossFactor: number, length = history.length) {
    invariant(length <= history.length, "a past ends with what is known");
    this.#history = history;
    this.#lossFactor = lossFactor;
    this.utcOffsetMs = utcOffsetMs;
    this.length = length;
  }

  get intervalMs(): Ms {
    return this.#history.intervalMs;
  }

  get startMs(): UtcMs {
    return this.#history.startMs;
  }

  get publishedEnd(): number {
    return this.length;
  }

  before(length: number): HistoryPast {
    invariant(length <= this.length, "a past gives nothing later than itself");
    return new HistoryPast(this.#history, this.utcOffsetMs, this.#lossFactor, length);
  }

  price(index: number): number {
    invariant(index >= 0 && index < this.length, "a past is only asked for prices that were cleared");
    return this.#history.price(index) * this.#lossFactor;
  }

  measured(): number {
    return Number.NaN;
  }

  published(): number {
    return Number.NaN;
  }

  /** All of it, for a learner in another thread. */
  prices(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, index) => this.price(index));
  }
}

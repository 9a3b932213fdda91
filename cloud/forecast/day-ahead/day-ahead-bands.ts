import { type Bands, bandsOfErrors } from "../error-paths.ts";
import { QUANTILES } from "../path-quantiles.ts";
import { type DayAheadView, HOURS } from "./day-ahead-market.ts";

/** How many of the latest days' errors the bands are made of. */
const ERROR_DAYS = 182;
const ERROR_DAYS_MIN = 28;

/**
 * Bands and courses around any day-ahead forecast: hands on what a model said, day after day, and remembers how wrong
 * it was. Undefined in the first four weeks: bands are never guessed.
 */
export class DayAheadBands {
  readonly #errors: Float64Array[] = [];
  #last: { readonly day: number; readonly said: Float64Array } | undefined;

  /** Called for consecutive days with what the model says of the view's day. */
  around(view: DayAheadView, said: Float64Array): Bands | undefined {
    if (this.#last !== undefined) {
      const { day, said: before } = this.#last;
      const real = view.prices(day);
      this.#errors.push(Float64Array.from({ length: HOURS }, (_, hour) => (real[hour] ?? 0) - (before[hour] ?? 0)));
      if (this.#errors.length > ERROR_DAYS) this.#errors.shift();
    }
    this.#last = { day: view.day, said: said.slice() };
    return this.#errors.length < ERROR_DAYS_MIN ? undefined : bandsOfErrors(said, this.#errors, QUANTILES);
  }
}

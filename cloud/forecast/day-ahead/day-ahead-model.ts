import type { Rng } from "@penstock/protocol/rng";
import type { DayAheadView } from "./day-ahead-market.ts";

/** A way to forecast the 24 prices of an auction. Pure: the same views in the same order give the same forecasts. */
export interface DayAheadModel {
  /** Says what it is and every choice that was made in building it. */
  readonly name: string;
  /** `import.meta.url` of the file it is written in: stored results are good while that file and its imports are the same. */
  readonly module: string;
  /** How many days must lie before the first day it forecasts. */
  readonly daysMin: number;
  /** Something that learns from scratch at its first day, and then goes on learning day by day. */
  begin(rng: Rng): DayAheadLearner;
}

export interface DayAheadLearner {
  /** The 24 prices of the view's day, money per MWh. Called for consecutive days; asked again about a day it says the same, at once. */
  forecast(view: DayAheadView): Float64Array;
}

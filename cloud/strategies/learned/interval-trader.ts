import type { PriceQuantityCurve } from "../price-quantity-curve.ts";
import type { Past } from "./past.ts";

/** Bids one battery into a market of consecutive intervals, from prices alone: what a backtest of years runs. */
export interface IntervalTrader {
  readonly name: string;
  /** The curve for interval `past.length`, with the battery at `soc`. Asked in ascending order. */
  curve(past: Past, soc: number): PriceQuantityCurve;
}

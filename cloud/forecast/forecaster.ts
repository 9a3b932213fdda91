import type { CodedError, Result } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { PriceHistory } from "../prices/price-history.ts";

/** What a forecaster says about the intervals from the first unknown one. Every array has one element an interval. */
export interface PriceForecast {
  readonly forecaster: string;
  readonly asOfMs: UtcMs;
  /** START of the interval of element 0. */
  readonly startMs: UtcMs;
  readonly intervalMs: Ms;
  readonly mean: Float64Array;
  /** Ascending in `p`, and at every interval ascending in price. */
  readonly quantiles: readonly PriceQuantile[];
  /** Whole scenarios, which keep the dependence in time that quantiles lose. */
  readonly paths: readonly PricePath[];
}

export interface PriceQuantile {
  /** Probability that the price stays at or below, 0..1. */
  readonly p: number;
  readonly prices: Float64Array;
}

export interface PricePath {
  /** Likelihood of this path; the weights of a forecast sum to 1. */
  readonly weight: number;
  readonly prices: Float64Array;
}

/** Series known ahead of time (an operator's forecast, load, wind), by name, aligned with the forecast's intervals. */
export type Covariates = Readonly<Record<string, Float64Array>>;

/**
 * Pure: a history in, a forecast out. It begins at `history.endMs` and covers `horizon` intervals. With less
 * history than it needs it refuses; it never makes a price up.
 */
export interface Forecaster {
  readonly name: string;
  forecast(
    history: PriceHistory,
    horizon: number,
    covariates?: Covariates,
  ): Result<PriceForecast, TooLittleHistory | CodedError>;
}

export interface TooLittleHistory extends CodedError {
  readonly code: "forecast.too-little-history";
  readonly neededMs: number;
  readonly knownMs: number;
}

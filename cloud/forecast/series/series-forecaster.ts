import type { CodedError, Result } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { Covariates, TooLittleHistory } from "../forecaster.ts";
import type { SeriesHistory } from "./series-history.ts";

/** What is expected of a measured series from its first unmeasured interval on; as a `PriceForecast`, in its own unit. */
export interface SeriesForecast {
  readonly forecaster: string;
  readonly asOfMs: UtcMs;
  readonly startMs: UtcMs;
  readonly intervalMs: Ms;
  readonly mean: Float64Array;
  /** Ascending in `p`, and at every interval in value. */
  readonly quantiles: readonly { readonly p: number; readonly values: Float64Array }[];
  /** Whole courses; the weights sum to 1. */
  readonly paths: readonly WeightedPath[];
}

export interface WeightedPath {
  readonly weight: number;
  readonly values: Float64Array;
}

/** Pure, as a price `Forecaster` is; with less than a day of history it refuses. */
export interface SeriesForecaster {
  readonly name: string;
  forecast(
    history: SeriesHistory,
    horizon: number,
    covariates?: Covariates,
  ): Result<SeriesForecast, TooLittleHistory | CodedError>;
}

import type { UtcMs } from "@penstock/protocol/units";
import type { PriceForecast } from "../forecast/forecaster.ts";

/** What is written down of a forecast: what it said of one interval. */
export interface ForecastDocument {
  readonly forecaster: string;
  readonly asOfMs: UtcMs;
  /** Money per MWh; null where the forecast does not reach. */
  readonly mean: number | null;
  readonly quantiles: readonly { readonly p: number; readonly price: number | null }[];
}

/** `index` counts intervals from the forecast's first. */
export const forecastDocument = (
  { forecaster, asOfMs, mean, quantiles }: PriceForecast,
  index: number,
): ForecastDocument => ({
  forecaster,
  asOfMs,
  mean: mean[index] ?? null,
  quantiles: quantiles.map(({ p, prices }) => ({ p, price: prices[index] ?? null })),
});

import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { PriceForecast } from "../forecast/forecaster.ts";
import { instantText } from "./bid-record.ts";
import type { DeskPorts } from "./desk-ports.ts";

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

/** Writes down what was expected when an interval was decided. */
export function journalForecast(
  { clock, journal }: Pick<DeskPorts, "clock" | "journal">,
  forecast: PriceForecast,
  interval: Interval,
): void {
  const index = Math.round((interval.startMs - forecast.startMs) / forecast.intervalMs);
  const body = forecastDocument(forecast, index);
  const id = `forecast.${instantText(interval.startMs)}.${forecast.asOfMs}`;
  journal.append({ kind: "forecast", id, knownAtMs: clock.nowMs(), intervalStartMs: interval.startMs, body });
}

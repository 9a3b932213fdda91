import { fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { ForecastMissesInterval } from "./strategy.ts";

/** Which element of a forecast an interval is; refused when the forecast does not reach it or cuts time otherwise. */
export function forecastIndex(forecast: PriceForecast, interval: Interval): Result<number, ForecastMissesInterval> {
  const index = (interval.startMs - forecast.startMs) / forecast.intervalMs;
  const isInside =
    Number.isInteger(index) &&
    index >= 0 &&
    index < forecast.mean.length &&
    interval.endMs - interval.startMs === forecast.intervalMs;
  if (isInside) return ok(index);
  return fail({
    code: "strategy.forecast-misses-interval",
    intervalStartMs: interval.startMs,
    forecastStartMs: forecast.startMs,
    forecastEndMs: forecast.startMs + forecast.mean.length * forecast.intervalMs,
  });
}

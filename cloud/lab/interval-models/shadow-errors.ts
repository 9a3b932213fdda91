import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import type { ForecastDocument } from "../../desk/forecast-document.ts";
import type { DispatchResults } from "../../desk/market-operator.ts";
import type { Forecaster, PriceForecast } from "../../forecast/forecaster.ts";
import { indexAt } from "../../prices/price-series.ts";
import type { StoreReader } from "../../store/store-reader.ts";
import type { DayOfErrors } from "./compare-models.ts";
import { type Judging, judgeForecaster } from "./judge-forecaster.ts";

const DAY_MS = 86_400_000;
const EVER = { startMs: 0 as UtcMs, endMs: Number.MAX_SAFE_INTEGER as UtcMs };

/**
 * How far off each shadow was, and the champion over the same intervals, while both ran: the medians the desk wrote down
 * of the next interval, against the prices that came. By name; the first word about an interval counts.
 */
export function recordedShadowErrors(
  reader: StoreReader,
  champion: string,
  shadows: readonly string[],
): ReadonlyMap<string, readonly DayOfErrors[]> {
  const prices = new Map<number, number>();
  for (const { body } of reader.documents("award", EVER)) {
    const { interval, pricePerMWh } = body as DispatchResults;
    prices.set(interval.startMs, pricePerMWh);
  }
  const errorsOf = (kind: string, name: string): ReadonlyMap<number, number> => {
    const errors = new Map<number, number>();
    for (const { body, intervalStartMs } of reader.documents(kind, EVER)) {
      const { forecaster, quantiles } = body as Partial<ForecastDocument>;
      const median = quantiles?.find(({ p }) => p === 0.5)?.price;
      const price = prices.get(intervalStartMs);
      if (forecaster !== name || median === undefined || median === null || price === undefined) continue;
      if (!errors.has(intervalStartMs)) errors.set(intervalStartMs, Math.abs(median - price));
    }
    return errors;
  };
  const own = errorsOf("forecast", champion);
  return new Map(shadows.map((name) => [name, paired(own, errorsOf("shadow-forecast", name))]));
}

/** The same on recorded prices: every hour each forecasts a day ahead with what was known then, by the day it was made. */
export async function judgedShadowErrors(
  judging: Omit<Judging, "forecaster">,
  champion: Forecaster,
  shadows: readonly Forecaster[],
): Promise<Result<ReadonlyMap<string, readonly DayOfErrors[]>, CodedError>> {
  const own = await errorsByForecast(judging, champion);
  if (!own.ok) return own;
  const made = new Map<string, readonly DayOfErrors[]>();
  for (const shadow of shadows) {
    const errors = await errorsByForecast(judging, shadow);
    if (!errors.ok) return errors;
    made.set(shadow.name, paired(own.value, errors.value));
  }
  return ok(made);
}

/** By the start of a forecast, the mean distance of its median from what came. */
async function errorsByForecast(judging: Omit<Judging, "forecaster">, forecaster: Forecaster) {
  const { series } = judging;
  const errors = new Map<number, number>();
  const onForecast = ({ startMs, quantiles, mean }: PriceForecast): void => {
    const first = indexAt(series, startMs);
    const median = quantiles.find(({ p }) => p === 0.5)?.prices ?? mean;
    const known = Math.min(median.length, series.prices.length - first);
    let sum = 0;
    for (let ahead = 0; ahead < known; ahead++) {
      sum += Math.abs((median[ahead] as number) - (series.prices[first + ahead] as number));
    }
    if (known > 0) errors.set(startMs, sum / known);
  };
  const judged = await judgeForecaster({ ...judging, forecaster, onForecast });
  return judged.ok ? ok(errors) : judged;
}

/** Day by day (UTC) over the instants both have. */
function paired(champion: ReadonlyMap<number, number>, shadow: ReadonlyMap<number, number>): readonly DayOfErrors[] {
  const days = new Map<number, DayOfErrors>();
  for (const [atMs, error] of shadow) {
    const own = champion.get(atMs);
    if (own === undefined) continue;
    const day = Math.floor(atMs / DAY_MS);
    const held = days.get(day) ?? { intervals: 0, champion: 0, shadow: 0 };
    days.set(day, {
      intervals: held.intervals + 1,
      champion: held.champion + own,
      shadow: held.shadow + error,
    });
  }
  return [...days].sort(([a], [b]) => a - b).map(([, day]) => day);
}

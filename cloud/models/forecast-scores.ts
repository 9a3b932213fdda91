import { hours, Ms, type UtcMs } from "@penstock/protocol/units";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { PriceHistory } from "../prices/price-history.ts";

/** How a model did while it ran, by how far ahead it looked. */
export interface LiveScore {
  readonly aheadMs: Ms;
  /** Forecasts whose price has come. */
  readonly count: number;
  /** Mean distance of the median from the price, money per MWh. */
  readonly mae: number;
}

/** The first unknown interval, and those that begin so much later. */
const DISTANCES_MS: readonly Ms[] = [Ms(0), hours(1), hours(4)];
const DAY_MS = 86_400_000;

/** Holds what models said until the price comes, and counts how far off they were. Bounded: a day of sayings a model. */
export class ForecastScores {
  readonly #waiting = new Map<string, Map<number, number>>();
  readonly #sums = new Map<string, { count: number; error: number }>();

  said(forecast: PriceForecast): void {
    const { forecaster, startMs, intervalMs } = forecast;
    const median = forecast.quantiles.find(({ p }) => p === 0.5)?.prices ?? forecast.mean;
    for (const aheadMs of DISTANCES_MS) {
      const price = median[Math.round(aheadMs / intervalMs)];
      if (price === undefined) continue;
      const waiting = this.#waitingOf(keyOf(forecaster, aheadMs));
      // The first word counts: what is said again within the interval knows no more.
      if (!waiting.has(startMs + aheadMs)) waiting.set(startMs + aheadMs, price);
    }
  }

  /** Compares what waited with the prices that have become known. */
  learned(history: PriceHistory): void {
    for (const [key, waiting] of this.#waiting) {
      for (const [startMs, price] of waiting) {
        if (startMs >= history.endMs) continue;
        waiting.delete(startMs);
        const real = history.at(startMs as UtcMs);
        if (!real.ok || startMs < history.endMs - DAY_MS) continue;
        const sum = this.#sums.get(key) ?? { count: 0, error: 0 };
        this.#sums.set(key, { count: sum.count + 1, error: sum.error + Math.abs(price - real.value) });
      }
    }
  }

  of(forecaster: string): readonly LiveScore[] {
    return DISTANCES_MS.flatMap((aheadMs) => {
      const sum = this.#sums.get(keyOf(forecaster, aheadMs));
      return sum === undefined ? [] : [{ aheadMs, count: sum.count, mae: sum.error / sum.count }];
    });
  }

  forget(forecaster: string): void {
    for (const aheadMs of DISTANCES_MS) this.#waiting.delete(keyOf(forecaster, aheadMs));
  }

  #waitingOf(key: string): Map<number, number> {
    const waiting = this.#waiting.get(key) ?? new Map<number, number>();
    this.#waiting.set(key, waiting);
    return waiting;
  }
}

const keyOf = (forecaster: string, aheadMs: Ms): string => `${forecaster} ${aheadMs}`;

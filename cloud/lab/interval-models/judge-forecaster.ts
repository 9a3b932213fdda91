import { setImmediate as breathe } from "node:timers/promises";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { hours, type Ms, type UtcMs } from "@penstock/protocol/units";
import type { Forecaster, PriceForecast } from "../../forecast/forecaster.ts";
import { PriceHistory } from "../../prices/price-history.ts";
import { indexAt, type PriceSeries } from "../../prices/price-series.ts";

export interface Judging {
  readonly series: PriceSeries;
  /** Forecasts are made on the hour from one instant up to another; each looks a day ahead. */
  readonly fromMs: UtcMs;
  readonly toMs: UtcMs;
  readonly forecaster: Forecaster;
  readonly stopwatchMs: () => number;
  readonly onProgress: (done: number, of: number) => void;
  readonly isCancelled: () => boolean;
  /** Sees each forecast, where more than the scores is wanted. */
  readonly onForecast?: (forecast: PriceForecast) => void;
}

/** All in money per MWh of the median, over forecasts made on the hour, unless said otherwise. */
export interface IntervalScores {
  /** Over all intervals of the day ahead. */
  readonly mae: number;
  /** The same of yesterday's price at that time of day, and `mae` over it. */
  readonly naiveMae: number;
  readonly rmae: number;
  /** Of the first unknown interval, and of those that begin so much later. */
  readonly mae0h: number;
  readonly mae1h: number;
  readonly mae4h: number;
  readonly mae12h: number;
  /** Mean quantile loss over the quantiles said. */
  readonly pinball: number;
  /** Share of prices between the outermost quantiles. */
  readonly coverage: number;
  readonly forecasts: number;
  /** How long a forecast took, at the median and all but one in a hundred. */
  readonly servedP50Ms: number;
  readonly servedP99Ms: number;
}

const DAY_MS = 86_400_000;
const DISTANCES = { mae0h: hours(0), mae1h: hours(1), mae4h: hours(4), mae12h: hours(12) } as const;

/** Every hour a forecast with what was known then, compared with what came. Refused with `lab.cancelled`, or as the forecaster does. */
export async function judgeForecaster(judging: Judging): Promise<Result<IntervalScores, CodedError>> {
  const { series, fromMs, toMs, forecaster, stopwatchMs, onProgress, isCancelled, onForecast } = judging;
  const horizon = Math.round(DAY_MS / series.intervalMs);
  const origins = Math.floor((toMs - fromMs) / hours(1));
  if (origins < 1) return fail({ code: "lab.too-few-days", wanted: "at least an hour to judge" });
  const tally = new Tally(series, horizon);
  const tookMs: number[] = [];
  for (let origin = 0; origin < origins; origin++) {
    await breathe();
    if (isCancelled()) return fail({ code: "lab.cancelled", done: origin, of: origins });
    const history = PriceHistory.asOf(series, (fromMs + origin * hours(1)) as UtcMs);
    const startedMs = stopwatchMs();
    const said = forecaster.forecast(history, horizon);
    tookMs.push(stopwatchMs() - startedMs);
    if (!said.ok) return said;
    tally.add(said.value);
    onForecast?.(said.value);
    onProgress(origin + 1, origins);
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  const tookAt = (p: number): number => Math.round((sorted[Math.floor(p * (origins - 1))] as number) * 100) / 100;
  return ok({ ...tally.scores(), forecasts: origins, servedP50Ms: tookAt(0.5), servedP99Ms: tookAt(0.99) });
}

class Tally {
  readonly #series: PriceSeries;
  readonly #horizon: number;
  readonly #at: Record<string, number[]> = { all: [], naive: [], pinball: [], inside: [] };

  constructor(series: PriceSeries, horizon: number) {
    this.#series = series;
    this.#horizon = horizon;
  }

  add({ startMs, quantiles, mean }: PriceForecast): void {
    const { prices, intervalMs } = this.#series;
    const first = indexAt(this.#series, startMs);
    const median = quantiles.find(({ p }) => p === 0.5)?.prices ?? mean;
    const errorAt = (ahead: number): number => Math.abs((median[ahead] as number) - (prices[first + ahead] as number));
    for (let ahead = 0; ahead < this.#horizon && first + ahead < prices.length; ahead++) {
      const real = prices[first + ahead] as number;
      this.#take("all", errorAt(ahead));
      this.#take("naive", Math.abs((prices[first + ahead - this.#horizon] as number) - real));
      for (const { p, prices: said } of quantiles) {
        const left = real - (said[ahead] as number);
        this.#take("pinball", left > 0 ? p * left : (p - 1) * left);
      }
      const [lowest, highest] = [quantiles[0]?.prices[ahead], quantiles.at(-1)?.prices[ahead]];
      this.#take("inside", real >= (lowest ?? Number.NaN) && real <= (highest ?? Number.NaN) ? 1 : 0);
    }
    for (const [name, aheadMs] of Object.entries(DISTANCES)) {
      const ahead = Math.round((aheadMs as Ms) / intervalMs);
      if (first + ahead < prices.length) this.#take(name, errorAt(ahead));
    }
  }

  scores(): Omit<IntervalScores, "forecasts" | "servedP50Ms" | "servedP99Ms"> {
    const mean = (name: string): number => {
      const [sum = 0, count = 0] = this.#at[name] ?? [];
      return sum / count;
    };
    return {
      mae: mean("all"),
      naiveMae: mean("naive"),
      rmae: mean("all") / mean("naive"),
      mae0h: mean("mae0h"),
      mae1h: mean("mae1h"),
      mae4h: mean("mae4h"),
      mae12h: mean("mae12h"),
      pinball: mean("pinball"),
      coverage: mean("inside"),
    };
  }

  #take(name: string, value: number): void {
    const [sum = 0, count = 0] = this.#at[name] ?? [];
    this.#at[name] = [sum + value, count + 1];
  }
}

import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceHistory } from "../../prices/price-history.ts";
import type { Forecaster, PriceForecast, PricePath } from "../forecaster.ts";
import { pastDays } from "../past-days.ts";
import { pathMean } from "../path-quantiles.ts";
import { featureRows } from "./interval-features.ts";
import type { ModelDocument } from "./model-document.ts";

/** Rows of features in, rows of quantiles out, both row-major; the document says which. */
export type QuantileModel = (rows: Float64Array, horizon: number) => Result<Float64Array, CodedError>;

/** Days whose courses lend their shape to the paths. */
const DAYS = 14;

/**
 * A forecaster around a model that knows each interval's quantiles and nothing of how intervals hang together. Paths are
 * made by Schaake's shuffle: each recent day is a path, and where it ranks among those days at an interval says which
 * quantile it takes there. What a model says is never taken on trust: a number that is none refuses the forecast
 * (`model.not-a-price`), quantiles that cross are put in order.
 */
export function quantileForecaster(name: string, document: ModelDocument, model: QuantileModel): Forecaster {
  const { inputs, quantiles: probabilities, intervalMinutes } = document;
  return {
    name,
    forecast(history, horizon) {
      if (history.intervalMs !== intervalMinutes * 60_000) {
        return fail({ code: "model.other-interval", intervalMinutes, wantedMinutes: history.intervalMs / 60_000 });
      }
      const rows = featureRows(history, horizon, inputs);
      if (!rows.ok) return rows;
      const said = model(rows.value, horizon);
      if (!said.ok) return said;
      if (said.value.length !== horizon * probabilities.length || !said.value.every(Number.isFinite)) {
        return fail({ code: "model.not-a-price", model: name });
      }
      const table = said.value;
      const width = probabilities.length;
      for (let row = 0; row < horizon; row++) table.subarray(row * width, (row + 1) * width).sort();
      const quantiles = probabilities.map((p, column) => ({
        p,
        prices: Float64Array.from({ length: horizon }, (_, ahead) => table[ahead * width + column] as number),
      }));
      const paths = shuffledPaths(history, horizon, quantiles);
      if (!paths.ok) return paths;
      return ok({
        forecaster: name,
        asOfMs: history.asOfMs,
        startMs: history.endMs,
        intervalMs: history.intervalMs,
        mean: pathMean(
          paths.value.map(({ weight }) => weight),
          paths.value.map(({ prices }) => prices),
          horizon,
        ),
        quantiles,
        paths: paths.value,
      } satisfies PriceForecast);
    },
  };
}

function shuffledPaths(
  history: PriceHistory,
  horizon: number,
  quantiles: PriceForecast["quantiles"],
): Result<readonly PricePath[], CodedError> {
  const days = pastDays(history, DAYS);
  if (!days.ok) return days;
  const { count, price } = days.value;
  const paths = Array.from({ length: count }, () => ({ weight: 1 / count, prices: new Float64Array(horizon) }));
  const probabilities = quantiles.map(({ p }) => p);
  const order = Array.from({ length: count }, (_, day) => day);
  const then = new Float64Array(count);
  for (let ahead = 0; ahead < horizon; ahead++) {
    for (let day = 0; day < count; day++) then[day] = price(day + 1, ahead);
    order.sort((a, b) => (then[a] as number) - (then[b] as number) || a - b);
    const prices = quantiles.map((each) => each.prices[ahead] as number);
    for (const [rank, day] of order.entries()) {
      (paths[day] as PricePath).prices[ahead] = between(probabilities, prices, (rank + 0.5) / count);
    }
  }
  return ok(paths);
}

/** The price at a probability, straight lines between the quantiles there are, flat beyond the outermost. */
function between(probabilities: readonly number[], prices: readonly number[], p: number): number {
  const above = probabilities.findIndex((each) => each >= p);
  if (above <= 0) return (above === 0 ? prices[0] : prices.at(-1)) as number;
  const [from, to] = [probabilities[above - 1] as number, probabilities[above] as number];
  const [low, high] = [prices[above - 1] as number, prices[above] as number];
  return low + ((p - from) / (to - from)) * (high - low);
}

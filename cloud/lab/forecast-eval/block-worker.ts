import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { type DayAheadMarket, DayAheadView, dayAheadModels, HOURS } from "../../forecast/day-ahead/index.ts";
import type { Block } from "./blocks.ts";

/** Learns and forecasts the blocks it is sent, one at a time, each answered with its forecasts. */
const market = workerData as DayAheadMarket;

parentPort?.on("message", (block: Block) => {
  const forecasts = forecastBlock(market, block);
  parentPort?.postMessage({ block, forecasts }, [forecasts.buffer as ArrayBuffer]);
});

function forecastBlock(market: DayAheadMarket, { model, firstDay, days }: Block): Float64Array {
  const made = dayAheadModels[model];
  invariant(made !== undefined, "a block names a model of the shelf");
  const learner = made.begin(new Rng(`${model}/${firstDay}`));
  const forecasts = new Float64Array(days * HOURS);
  for (let index = 0; index < days; index++) {
    forecasts.set(learner.forecast(DayAheadView.before(market, firstDay + index)), index * HOURS);
  }
  return forecasts;
}

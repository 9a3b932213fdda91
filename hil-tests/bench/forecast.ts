import { DayAheadView, dayAheadModels } from "@penstock/cloud/forecast/day-ahead/index.ts";
import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { SeriesHistory, seriesForecasters } from "@penstock/cloud/forecast/series/index.ts";
import { madeUpMarket } from "@penstock/cloud/forecast/testing/made-up-market.ts";
import { PriceHistory } from "@penstock/cloud/prices/index.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { days, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { type Benchmark, percentile, rounded, timed } from "./bench.ts";
import { learnedModels } from "./learned-models.ts";

const SITES_A_REPEAT = 100;
const HORIZON = 288;

/**
 * What serving takes once models are there: for a site at a gate, its region's prices, its load and its roof, a day
 * ahead in five minutes; for a region the same by learned models; for a market once a day, each day-ahead model with what it learns from the day before.
 */
export const forecast: Benchmark = {
  name: "forecast",
  text: "one site's forecasts at a gate (prices, load, solar); a day-ahead forecast with what it learns from the day before",
  async run({ repeats, progress }) {
    const prices = PriceHistory.asOf(generatedPrices(7, days(1)), SIM_START_MS);
    const rng = new Rng("forecast-bench");
    const values = Float64Array.from({ length: 30 * HORIZON }, () => rng.between(0, 5_000));
    const series = { startMs: SIM_START_MS, intervalMs: minutes(5), utcOffsetMs: Ms(0), values };
    const measured = SeriesHistory.asOf(series, UtcMs(SIM_START_MS + days(29)));
    const siteMs = Array.from({ length: SITES_A_REPEAT * repeats }, () =>
      timed(() => {
        const made = [
          forecasters["blend"]?.forecast(prices, HORIZON),
          seriesForecasters["load"]?.forecast(measured, HORIZON),
          seriesForecasters["solar"]?.forecast(measured, HORIZON),
        ];
        invariant(
          made.every((each) => each?.ok),
          "every forecaster has history enough",
        );
      }),
    );
    progress(`${siteMs.length} sites`);
    const learned = await learnedModels(generatedPrices(7, days(30)), HORIZON, SITES_A_REPEAT * repeats);
    progress("learned models");
    const market = madeUpMarket("forecast-bench", 500);
    const modelMs = Object.values(dayAheadModels).flatMap((model) => {
      const learner = model.begin(new Rng("forecast-bench"));
      // The first day is when it learns all there is; from then on it learns a day at a time.
      learner.forecast(DayAheadView.before(market, 470));
      progress(model.name);
      return Array.from({ length: 20 }, (_, after) =>
        timed(() => learner.forecast(DayAheadView.before(market, 471 + after))),
      );
    });
    return {
      ...learned,
      siteP50Ms: rounded(percentile(siteMs, 0.5)),
      siteP99Ms: rounded(percentile(siteMs, 0.99)),
      dayAheadP50Ms: rounded(percentile(modelMs, 0.5)),
      dayAheadP99Ms: rounded(percentile(modelMs, 0.99)),
    };
  },
};

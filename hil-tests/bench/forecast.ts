import { DayAheadView, dayAheadModels } from "@penstock/cloud/forecast/day-ahead/index.ts";
import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { SeriesHistory, seriesForecasters } from "@penstock/cloud/forecast/series/index.ts";
import { madeUpMarket } from "@penstock/cloud/forecast/testing/made-up-market.ts";
import { PriceHistory } from "@penstock/cloud/prices/index.ts";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { days, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { type Benchmark, percentile, rounded, timed, timedOnCpu } from "./bench.ts";
import { learnedModels } from "./learned-models.ts";

const SITES_A_REPEAT = 100;
const HORIZON = 288;

/** A process that has just begun is slower by its compiling: told by itself. */
const WARM_UP = 50;

/**
 * What serving takes once models are there: for a site at a gate, its region's prices, its load and its roof, a day
 * ahead in five minutes; for a region the same by learned models; for an auction each day-ahead model: what it takes once a
 * day to learn the day before (`Learn`), and to be asked (`Serve`). `Cpu` is what the thread itself took of a shared machine.
 */
export const forecast: Benchmark = {
  name: "forecast",
  text: "one site's forecasts at a gate (prices, load, solar), learned models, day-ahead models learning a day and asked",
  async run({ repeats, progress }) {
    const prices = PriceHistory.asOf(generatedPrices(7, days(1)), SIM_START_MS);
    const rng = new Rng("forecast-bench");
    const values = Float64Array.from({ length: 30 * HORIZON }, () => rng.between(0, 5_000));
    const series = { startMs: SIM_START_MS, intervalMs: minutes(5), utcOffsetMs: Ms(0), values };
    const measured = SeriesHistory.asOf(series, UtcMs(SIM_START_MS + days(29)));
    const siteForecasts = () =>
      timedOnCpu(() => {
        const made = [
          forecasters["blend"]?.forecast(prices, HORIZON),
          seriesForecasters["load"]?.forecast(measured, HORIZON),
          seriesForecasters["solar"]?.forecast(measured, HORIZON),
        ];
        invariant(
          made.every((each) => each?.ok),
          "every forecaster has history enough",
        );
      });
    const siteFirst = siteForecasts();
    for (let warm = 1; warm < WARM_UP; warm++) siteForecasts();
    const sites = Array.from({ length: SITES_A_REPEAT * repeats }, siteForecasts);
    const siteMs = sites.map(({ wallMs }) => wallMs);
    const siteCpuMs = sites.map(({ cpuMs }) => cpuMs);
    progress(`${sites.length} sites`);
    const learned = await learnedModels(generatedPrices(7, days(30)), HORIZON, SITES_A_REPEAT * repeats);
    progress("learned models");
    const market = madeUpMarket("forecast-bench", 500);
    const learnMs: number[] = [];
    const serveMs: number[] = [];
    for (const model of Object.values(dayAheadModels)) {
      const learner = model.begin(new Rng("forecast-bench"));
      // The first day is when it learns all there is; from then on it learns a day at a time.
      learner.forecast(DayAheadView.before(market, 470));
      progress(model.name);
      for (let day = 471; day < 491; day++) {
        const view = DayAheadView.before(market, day);
        learnMs.push(timed(() => learner.forecast(view)));
        serveMs.push(timed(() => learner.forecast(view)));
      }
    }
    return {
      ...learned,
      siteFirstMs: rounded(siteFirst.wallMs),
      siteP50Ms: rounded(percentile(siteMs, 0.5)),
      siteP99Ms: rounded(percentile(siteMs, 0.99)),
      siteCpuP50Ms: rounded(percentile(siteCpuMs, 0.5)),
      siteCpuP99Ms: rounded(percentile(siteCpuMs, 0.99)),
      dayAheadLearnP50Ms: rounded(percentile(learnMs, 0.5)),
      dayAheadLearnP99Ms: rounded(percentile(learnMs, 0.99)),
      dayAheadServeP50Ms: rounded(percentile(serveMs, 0.5)),
      dayAheadServeP99Ms: rounded(percentile(serveMs, 0.99)),
    };
  },
};

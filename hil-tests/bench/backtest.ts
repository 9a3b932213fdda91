import { backtestIntervals } from "@penstock/cloud/lab/interval-backtest/backtest-intervals.ts";
import { generatePrices } from "@penstock/cloud/prices/index.ts";
import { describeError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { type Benchmark, rounded } from "./bench.ts";

const DAYS = 365;
const LEARN_DAYS = 30;
const WORKERS = 2;

/** A year of five-minute prices from learning to the last score, on two threads. Prices are generated, so that any machine can run it. */
export const backtest: Benchmark = {
  name: "backtest",
  text: "a year of five-minute prices through fleetctl backtest's engine, two threads (once, whatever --repeats says)",
  async run({ progress }) {
    const utcOffsetMs = hours(10);
    const { startMs, intervalMs, prices, source } = generatePrices({
      rng: new Rng("backtest"),
      region: "NSW1",
      currency: "AUD",
      startMs: UtcMs(Date.UTC(2023, 0, 1) - utcOffsetMs),
      intervalMs: minutes(5),
      count: DAYS * 288,
      knownAfterStartMs: Ms(0),
      floor: -1000,
      cap: 16_600,
      utcOffsetMs,
    });
    const startedMs = performance.now();
    const result = await backtestIntervals({
      table: { source, startMs, intervalMs, utcOffsetMs, prices, measured: [], published: [] },
      battery: {
        capacityWh: MWh(200),
        socMin: 0,
        socMax: 1,
        powerWMaxCharge: MW(100),
        powerWMaxDischarge: MW(100),
        efficiencyCharge: 0.92,
        efficiencyDischarge: 0.92,
        costPerMWh: 10,
        auxiliaryW: W(0),
      },
      trader: "learned-value",
      from: LEARN_DAYS * 288,
      to: DAYS * 288,
      socStart: 0,
      workers: WORKERS,
      onProgress: progress,
    });
    if (!result.ok) throw new Error(describeError(result.error));
    return {
      intervals: result.value.intervals,
      seconds: rounded((performance.now() - startedMs) / 1000),
      models: result.value.models,
      capture: rounded(result.value.capture ?? Number.NaN),
      workers: WORKERS,
    };
  },
};

import { Rng } from "@penstock/protocol/rng";
import { days, hours, Ms, MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { blend, yesterday } from "../forecast/index.ts";
import { nem } from "../markets/index.ts";
import type { Battery } from "../optimise/index.ts";
import { generatePrices, type PriceSeries } from "../prices/index.ts";
import { idle, priceQuantityCurve, type Strategy, strategies, valueCurve } from "../strategies/index.ts";
import { type BacktestInput, type BacktestStep, backtest } from "./backtest.ts";

const battery: Battery = {
  capacityWh: MWh(200),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(100),
  powerWMaxDischarge: MW(100),
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 10,
  auxiliaryW: W(0),
};
const startMs = UtcMs(Date.UTC(2024, 2, 1, 14));
const series = (seed: number): PriceSeries =>
  generatePrices({
    rng: new Rng(seed),
    region: "NSW1",
    currency: "AUD",
    startMs,
    intervalMs: minutes(5),
    count: 14 * 288,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 16_600,
    utcOffsetMs: hours(10),
  });
const fromMs = UtcMs(startMs + days(10));
const toMs = UtcMs(startMs + days(13));
const unit = {
  id: "PARK1",
  region: "NSW1",
  siteIds: ["park"],
  maxCapacityMW: 100,
  minLoadMW: 100,
  lossFactor: 0.97,
  rampMWPerMin: 100,
  storageMWh: 200,
};

const run = (change: Partial<BacktestInput> = {}) => {
  const base = { series: series(3), battery, strategy: valueCurve, forecaster: blend, fromMs, toMs, socStart: 0.5 };
  const result = backtest({ ...base, horizon: 288, ...change });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

test("the default strategy keeps a fair share of what perfect foresight would, with and without a market's bands", () => {
  const free = run();
  const banded = run({ venue: { market: nem, unit } });
  expect(free.intervals).toBe(3 * 288);
  expect(free.capture).toBeGreaterThan(0.6);
  expect(banded.capture).toBeGreaterThan(0.4);
  expect(banded.cyclesPerDay).toBeGreaterThan(0.3);
});

test.each([1, 2])("nothing beats perfect foresight (seed %d)", (seed) => {
  for (const strategy of Object.values(strategies)) {
    expect(run({ series: series(seed), strategy, socStart: 0 }).capture).toBeLessThanOrEqual(1);
  }
});

test("with the days ahead shuffled, so that the past says nothing of them, the share falls", () => {
  const whole = series(3);
  const first = 10 * 288;
  const shuffled = whole.prices.slice();
  const rng = new Rng("shuffle");
  for (let index = shuffled.length - 1; index > first; index--) {
    const other = rng.integer(first, index + 1);
    const kept = shuffled[index] as number;
    shuffled[index] = shuffled[other] as number;
    shuffled[other] = kept;
  }
  const told = run().capture ?? 0;
  const blind = run({ series: { ...whole, prices: shuffled } }).capture ?? 0;
  // It still meets each price before it must act on it, so what waiting for a good one brings is left to it.
  expect(blind).toBeLessThan(told - 0.08);
});

test("decisions up to a moment do not depend on prices after it", () => {
  const whole = series(3);
  const other = { ...whole, prices: whole.prices.slice() };
  const changedFrom = 12 * 288;
  for (let index = changedFrom; index < other.prices.length; index++) other.prices[index] = 5_000;
  const stepsOf = (of: PriceSeries): BacktestStep[] => {
    const steps: BacktestStep[] = [];
    run({ series: of, venue: { market: nem, unit }, onInterval: (step) => steps.push(step) });
    return steps;
  };
  const before = (step: BacktestStep): boolean => step.startMs < startMs + changedFrom * 300_000;
  expect(stepsOf(other).filter(before)).toEqual(stepsOf(whole).filter(before));
});

test("an idle battery earns nothing and a day known by heart is nearly all of perfect foresight", () => {
  expect(run({ strategy: idle })).toMatchObject({ profit: 0, capture: 0, cyclesPerDay: 0 });
  const whole = series(3);
  const oneDay = whole.prices.slice(0, 288);
  const repeated = { ...whole, prices: whole.prices.map((_, index) => oneDay[index % 288] as number) };
  const known = run({ series: repeated, forecaster: yesterday, socStart: 0 });
  expect(known.capture).toBeGreaterThan(0.97);
});

test("a strategy that wants more than there is gets what there is: it sells a store only once", () => {
  const greedy: Strategy = {
    name: "greedy",
    decide: ({ sites, interval }) => ({
      ok: true,
      value: sites.map(({ siteId }) => ({
        siteId,
        interval,
        curve: priceQuantityCurve(MW(900), []),
        because: "greed",
      })),
    }),
    levels: () => ({ ok: true, value: { sellPrices: [], buyPrices: [] } }),
  };
  const result = run({ strategy: greedy, socStart: 1 });
  expect(result.dischargedMWh).toBeCloseTo(200 * 0.92, 6);
});

test("outside the prices, and without a day to learn from, it refuses", () => {
  const base = { series: series(3), battery, strategy: valueCurve, forecaster: blend, socStart: 0, horizon: 288 };
  const late = backtest({ ...base, fromMs, toMs: UtcMs(startMs + days(15)) });
  expect(late).toMatchObject({ ok: false, error: { code: "lab.outside-series" } });
  const early = backtest({ ...base, fromMs: startMs, toMs });
  expect(early).toMatchObject({ ok: false, error: { code: "forecast.too-little-history" } });
});

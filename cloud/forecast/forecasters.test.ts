import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { PriceHistory } from "../prices/price-history.ts";
import type { PriceSeries } from "../prices/price-series.ts";
import {
  blend,
  type Forecaster,
  forecasters,
  meanProfile,
  type PriceForecast,
  persistence,
  yesterday,
} from "./index.ts";

const startMs = UtcMs(Date.UTC(2023, 0, 1));
const seriesOf = (prices: Float64Array): PriceSeries => ({
  region: "NSW1",
  currency: "AUD",
  intervalMs: minutes(5),
  startMs,
  knownAfterStartMs: Ms(0),
  prices,
  generated: false,
  source: "test",
});
/** A history in which the first `known` prices are known. */
const historyOf = (prices: Float64Array, known = prices.length): PriceHistory =>
  PriceHistory.asOf(seriesOf(prices), UtcMs(startMs + known * 300_000 - 1));

const forecast = (forecaster: Forecaster, history: PriceHistory, horizon = 288): PriceForecast => {
  const made = forecaster.forecast(history, horizon);
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
};

/** Every day like the other, 50 at night, 150 in the evening. */
const sameDays = (days: number): Float64Array =>
  Float64Array.from({ length: days * 288 }, (_, index) => (index % 288 < 200 ? 50 : 150));

test.each([blend, meanProfile, yesterday])("$name: days that are all alike go on alike", (forecaster) => {
  const known = 10 * 288 + 30;
  const { mean } = forecast(forecaster, historyOf(sameDays(10 + 1), known), 400);
  for (let ahead = 0; ahead < 400; ahead++) {
    expect(mean[ahead]).toBeCloseTo((known + ahead) % 288 < 200 ? 50 : 150, 6);
  }
});

test("persistence holds the latest price, and doubts it more the further prices have moved", () => {
  const made = forecast(persistence, historyOf(sameDays(10)));
  expect([...new Set(made.mean)]).toEqual([150]);
  const spread = (ahead: number): number =>
    (made.quantiles.at(-1)?.prices[ahead] ?? 0) - (made.quantiles[0]?.prices[ahead] ?? 0);
  expect(spread(0)).toBeCloseTo(0, 6);
});

test("yesterday's spike is in yesterday's forecast, diluted in the profile's, and least in a later blend", () => {
  const prices = sameDays(10);
  prices[9 * 288 + 100] = 10_000;
  const history = historyOf(prices);
  expect(forecast(yesterday, history).mean[100]).toBe(10_000);
  expect(forecast(meanProfile, history).mean[100]).toBeLessThan(2_000);
});

test("when today is 40 dearer than the days before, the blend starts 40 dearer and fades back", () => {
  const prices = sameDays(11);
  for (let index = 10 * 288; index < 10 * 288 + 60; index++) prices[index] = 90;
  const { mean } = forecast(blend, historyOf(prices, 10 * 288 + 60));
  expect(mean[0]).toBeGreaterThan(87);
  expect(mean[47]).toBeCloseTo(50 + 40 / Math.E, 0);
  expect(mean[130]).toBeLessThan(55);
});

test("a price at the cap right now does not lift the whole evening to the cap", () => {
  const prices = sameDays(11);
  prices[10 * 288 + 59] = 15_500;
  const { mean } = forecast(blend, historyOf(prices, 10 * 288 + 60));
  expect(mean[12]).toBeLessThan(50 + 4 * 100 + 1);
});

test("one weekday in the profile counts double", () => {
  const prices = new Float64Array(14 * 288).fill(50);
  prices.fill(110, 7 * 288, 8 * 288);
  // Of 14 days, seven ago and fourteen ago count twice: 16 parts, two of them at 110.
  expect(forecast(meanProfile, historyOf(prices)).mean[0]).toBeCloseTo(50 + (60 * 2) / 16, 9);
});

test.each(Object.values(forecasters))("$name refuses with less than a day and says what it needs", (forecaster) => {
  const history = historyOf(sameDays(1), 287);
  expect(forecaster.forecast(history, 12)).toEqual({
    ok: false,
    error: { code: "forecast.too-little-history", neededMs: 86_400_000, knownMs: 287 * 300_000 },
  });
});

test.each(
  Object.values(forecasters),
)("$name works with one day, and its bands are wider than after two weeks", (forecaster) => {
  const width = (days: number): number => {
    const { quantiles } = forecast(forecaster, historyOf(sameDays(days)));
    return (quantiles.at(-1)?.prices[250] ?? 0) - (quantiles[0]?.prices[250] ?? 0);
  };
  expect(width(1)).toBeGreaterThan(80);
  expect(width(14)).toBeLessThanOrEqual(width(1));
});

test.each(Object.values(forecasters))("$name keeps its promises on random markets", (forecaster) => {
  const rng = new Rng(forecaster.name);
  for (let run = 0; run < 40; run++) {
    const prices = Float64Array.from({ length: rng.integer(288, 17 * 288) }, () =>
      rng.chance(0.02) ? rng.between(300, 15_000) : rng.between(-50, 200),
    );
    const history = historyOf(prices);
    const horizon = rng.integer(1, 500);
    const made = forecast(forecaster, history, horizon);
    expect(made).toMatchObject({ forecaster: forecaster.name, asOfMs: history.asOfMs, startMs: history.endMs });
    expect(made.mean).toHaveLength(horizon);
    expect(made.mean.every(Number.isFinite)).toBe(true);
    expect(made.paths.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    for (const [index, { p, prices: at }] of made.quantiles.entries()) {
      const lower = made.quantiles[index - 1];
      if (lower === undefined) continue;
      expect(p).toBeGreaterThan(lower.p);
      expect(at.every((price, ahead) => price >= (lower.prices[ahead] ?? Number.NaN))).toBe(true);
    }
  }
});

test.each(Object.values(forecasters))("$name is not moved by prices that are not yet known", (forecaster) => {
  const prices = sameDays(6);
  const before = forecast(forecaster, historyOf(prices, 5 * 288));
  prices.fill(9_999, 5 * 288);
  expect(forecast(forecaster, historyOf(prices, 5 * 288))).toEqual(before);
});

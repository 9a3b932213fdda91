import {
  type DayAheadMarket,
  DayAheadView,
  dayAheadMixes,
  dayAheadModels,
} from "@penstock/cloud/forecast/day-ahead/index.ts";
import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { SeriesHistory, seriesForecasters } from "@penstock/cloud/forecast/series/index.ts";
import { madeUpMarket } from "@penstock/cloud/forecast/testing/made-up-market.ts";
import { PriceHistory } from "@penstock/cloud/prices/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";

const HORIZON = 288;

describe.each(Object.entries(forecasters))("%s", (name, forecaster) => {
  const series = generatedPrices(3, hours(48));
  const known = PriceHistory.asOf(series, SIM_START_MS);

  test("carries the name it stands under", () => {
    expect(forecaster.name).toBe(name);
  });

  test("begins where the known prices end and covers the horizon with numbers", () => {
    const forecast = forecaster.forecast(known, HORIZON);
    if (!forecast.ok) throw new Error(forecast.error.code);
    expect(forecast.value.startMs).toBe(known.endMs);
    expect(forecast.value.asOfMs).toBe(SIM_START_MS);
    for (const prices of [forecast.value.mean, ...forecast.value.quantiles.map((each) => each.prices)]) {
      expect(prices).toHaveLength(HORIZON);
      expect(prices.every(Number.isFinite)).toBe(true);
    }
  });

  test("its quantiles ascend, in probability and at every interval in price", () => {
    const forecast = forecaster.forecast(known, HORIZON);
    if (!forecast.ok) throw new Error(forecast.error.code);
    const { quantiles } = forecast.value;
    for (let each = 1; each < quantiles.length; each++) {
      const [lower, upper] = [quantiles[each - 1], quantiles[each]];
      expect(upper?.p).toBeGreaterThan(lower?.p ?? 1);
      for (let ahead = 0; ahead < HORIZON; ahead++) {
        expect(upper?.prices[ahead]).toBeGreaterThanOrEqual((lower?.prices[ahead] ?? 0) - 1e-9);
      }
    }
  });

  test("the weights of its paths sum to one", () => {
    const forecast = forecaster.forecast(known, HORIZON);
    if (!forecast.ok) throw new Error(forecast.error.code);
    const { paths } = forecast.value;
    if (paths.length > 0) expect(paths.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
  });

  test("says the same whatever comes later", () => {
    const otherFuture = { ...series, prices: series.prices.slice() };
    for (let index = known.length; index < otherFuture.prices.length; index++) otherFuture.prices[index] = 9_999;
    const again = forecaster.forecast(PriceHistory.asOf(otherFuture, SIM_START_MS), HORIZON);
    expect(again).toEqual(forecaster.forecast(known, HORIZON));
  });

  test("refuses rather than invent when it knows nothing", () => {
    const nothing = PriceHistory.asOf(series, UtcMs(series.startMs - Ms(1)));
    expect(forecaster.forecast(nothing, HORIZON)).toMatchObject({
      ok: false,
      error: { code: "forecast.too-little-history" },
    });
  });
});

describe.each(Object.values(dayAheadModels))("day-ahead model $name", (model) => {
  const market = madeUpMarket("contract", 60);
  const firstDay = Math.max(model.daysMin, 50);
  const forecasts = (of: DayAheadMarket): readonly Float64Array[] => {
    const learner = model.begin(new Rng("contract"));
    return [0, 1, 2].map((after) => learner.forecast(DayAheadView.before(of, firstDay + after)));
  };

  test("says 24 numbers a day, the same ones whatever comes later", () => {
    const said = forecasts(market);
    for (const prices of said) {
      expect(prices).toHaveLength(24);
      expect(prices.every(Number.isFinite)).toBe(true);
    }
    const lastKnown = (firstDay + 2) * 24;
    const otherFuture = {
      ...market,
      prices: market.prices.slice().fill(9_999, lastKnown),
      known: market.known.map(({ name, values }) => ({ name, values: values.slice().fill(-1, lastKnown + 24) })),
    };
    expect(forecasts(otherFuture)).toEqual(said);
  });
});

test("every mix is of models on the shelf", () => {
  for (const { members } of Object.values(dayAheadMixes)) {
    expect(members.length).toBeGreaterThan(1);
    for (const member of members) expect(Object.keys(dayAheadModels)).toContain(member);
  }
});

describe.each(Object.entries(seriesForecasters))("series forecaster %s", (name, forecaster) => {
  const perDay = 48;
  const rng = new Rng(name);
  const values = Float64Array.from({ length: 10 * perDay }, () => rng.between(0, 100));
  const series = { startMs: SIM_START_MS, intervalMs: minutes(30), utcOffsetMs: Ms(0), values };
  const asOf = (known: number): SeriesHistory => SeriesHistory.asOf(series, UtcMs(SIM_START_MS + known * minutes(30)));

  test("covers the horizon with numbers, its bands ascend and its weights sum to one", () => {
    const made = forecaster.forecast(asOf(6 * perDay + 7), 60);
    if (!made.ok) throw new Error(made.error.code);
    expect(made.value).toMatchObject({ forecaster: name, startMs: SIM_START_MS + (6 * perDay + 7) * minutes(30) });
    expect(made.value.mean).toHaveLength(60);
    expect(made.value.mean.every(Number.isFinite)).toBe(true);
    expect(made.value.paths.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    for (const [index, { p, values: band }] of made.value.quantiles.entries()) {
      const lower = made.value.quantiles[index - 1];
      if (lower === undefined) continue;
      expect(p).toBeGreaterThan(lower.p);
      expect(band.every((value, ahead) => value >= (lower.values[ahead] ?? Number.NaN))).toBe(true);
    }
  });

  test("is not moved by what has not been measured, and refuses with less than a day", () => {
    const before = forecaster.forecast(asOf(5 * perDay), 60);
    values.fill(7_777, 5 * perDay);
    expect(forecaster.forecast(asOf(5 * perDay), 60)).toEqual(before);
    expect(forecaster.forecast(asOf(perDay - 1), 4)).toMatchObject({ error: { code: "forecast.too-little-history" } });
  });
});

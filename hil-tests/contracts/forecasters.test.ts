import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { PriceHistory } from "@penstock/cloud/prices/index.ts";
import { hours, Ms, UtcMs } from "@penstock/protocol/units";
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

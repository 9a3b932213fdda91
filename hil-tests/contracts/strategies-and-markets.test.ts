import { forecasters } from "@penstock/cloud/forecast/index.ts";
import { type MarketUnit, markets } from "@penstock/cloud/markets/index.ts";
import { PriceHistory } from "@penstock/cloud/prices/index.ts";
import {
  aggregateCurves,
  disaggregate,
  powerAt,
  powerAtCeiling,
  type SiteCapability,
  strategies,
} from "@penstock/cloud/strategies/index.ts";
import { Rng } from "@penstock/protocol/rng";
import { intervalAt } from "@penstock/protocol/time";
import { hours, MW, MWh, UtcMs, W } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";

const ROUNDS = 20;

const unit: MarketUnit = {
  id: "UNIT1",
  region: "NSW1",
  siteIds: ["a", "b", "c"],
  maxCapacityMW: 60,
  minLoadMW: 60,
  lossFactor: 0.97,
  rampMWPerMin: 60,
  storageMWh: 120,
};

/** Sites of all sizes and states, near full, near empty, and now and then not there. */
function siteOf(rng: Rng, siteId: string): SiteCapability {
  const powerMW = rng.between(0.05, 20);
  return {
    siteId,
    available: true,
    soc: rng.chance(0.2) ? rng.pick([0.05, 0.95]) : rng.between(0.05, 0.95),
    socMin: 0.05,
    socMax: 0.95,
    capacityWh: MWh(powerMW * rng.between(0.5, 4)),
    powerWMaxCharge: MW(powerMW * rng.between(0.5, 1)),
    powerWMaxDischarge: MW(powerMW),
    efficiencyOneWay: rng.between(0.85, 0.99),
    costPerMWh: rng.between(0, 30),
  };
}

const cases = Object.entries(strategies).flatMap(([name, strategy]) =>
  Object.values(markets).map((market) => [name, market.id, strategy, market] as const),
);

describe.each(cases)("%s in %s", (name, _, strategy, market) => {
  const series = generatedPrices(5, hours(72), market.intervalMs);
  const perDay = hours(24) / market.intervalMs;

  test("carries the name it stands under", () => {
    expect(strategy.name).toBe(name);
  });

  test(`${ROUNDS} views: curves stay within each site, sum up, split back exactly, and make bids without a broken rule`, () => {
    const rng = new Rng("contracts");
    for (let round = 0; round < ROUNDS; round++) {
      const asOfMs = UtcMs(SIM_START_MS + rng.integer(0, perDay) * market.intervalMs);
      const history = PriceHistory.asOf(series, asOfMs);
      const forecast = forecasters["blend"]?.forecast(history, 2 * perDay);
      const constants = market.constantsAt(asOfMs, unit);
      if (!forecast?.ok || !constants.ok) throw new Error("the scene is set wrongly");
      const interval = intervalAt(forecast.value.startMs, market.intervalMs);
      const sites = unit.siteIds.map((siteId) => siteOf(rng, siteId));
      const view = { asOfMs, interval, forecast: forecast.value, sites, market: constants.value };
      const intents = strategy.decide(view);
      if (!intents.ok) throw new Error(intents.error.code);
      expect(intents.value.map(({ siteId }) => siteId)).toEqual(unit.siteIds);

      const curves = intents.value.map(({ curve }) => curve);
      for (const [index, curve] of curves.entries()) {
        const site = sites[index] as SiteCapability;
        expect(curve.powerWAtFloor).toBeGreaterThanOrEqual(-site.powerWMaxCharge - 1);
        expect(powerAtCeiling(curve)).toBeLessThanOrEqual(site.powerWMaxDischarge + 1);
      }
      const sum = aggregateCurves(curves);
      const price = rng.between(-1_000, 5_000);
      const award = powerAt(sum, price);
      const shares = disaggregate(award, curves);
      if (!shares.ok) throw new Error(shares.error.code);
      expect(shares.value.reduce((total, share) => total + share, 0)).toBe(award);

      const day = market.tradingDay(interval.startMs);
      const levels = strategy.levels(view, day);
      if (!levels.ok) throw new Error(levels.error.code);
      const bandPrices = market.dayBandPrices({ unit, day, levels: [levels.value] });
      if (!bandPrices.ok) throw new Error(bandPrices.error.code);
      const bid = market.buildBid({
        unit,
        interval,
        curve: sum,
        bandPrices: bandPrices.value,
        versionNumber: 1,
        decidedAtMs: UtcMs(Math.min(asOfMs, market.gateClosureMs(interval))),
      });
      if (!bid.ok) throw new Error(bid.error.code);
      expect(market.validate(bid.value, unit, { dayBandPrices: bandPrices.value })).toEqual([]);
      expect(market.parseBids(market.encodeBids([bid.value]))).toMatchObject({ ok: true, value: [bid.value] });

      // What is cleared was offered: never cheaper sold nor dearer bought than the curve says.
      const cleared = market.clear(bid.value, price, { initialW: W(0), lossFactor: unit.lossFactor });
      const wished = powerAt(sum, price * constants.value.lossFactor);
      if (cleared.targetW > 0) expect(cleared.targetW).toBeLessThanOrEqual(Math.max(0, wished) + 1);
      if (cleared.targetW < 0) expect(cleared.targetW).toBeGreaterThanOrEqual(Math.min(0, wished) - 1);
    }
  });
});

import { Rng } from "@penstock/protocol/rng";
import { kW, MW, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type PriceQuantityCurve, powerAtCeiling, priceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import type { BandPrices, MarketUnit, Rebid } from "../market.ts";
import { randomCurve, randomLevels, randomUnit } from "../testing/random-energy.ts";
import { dayBandPrices } from "./band-prices.ts";
import { sideOf } from "./bid.ts";
import { buildBid } from "./build-bid.ts";
import { gateClosureMs, intervalsOf, tradingDay } from "./calendar.ts";
import { clear } from "./clear.ts";
import { exampleBid, exampleUnit } from "./testing/example-bid.ts";
import { validate } from "./validate.ts";

const bandPrices: BandPrices = {
  sell: [-950, 0, 50, 80, 120, 200, 300, 1000, 14_193, 15_770],
  buy: [-950, -100, 0, 20, 40, 60, 90, 150, 14_193, 15_770],
};
const build = (curve: PriceQuantityCurve) => {
  const { interval, decidedAtMs } = exampleBid;
  const bid = buildBid({ unit: exampleUnit, interval, curve, bandPrices, versionNumber: 1, decidedAtMs });
  if (!bid.ok) throw new Error(bid.error.code);
  return bid.value;
};
const volumes = (curve: PriceQuantityCurve, direction: "GEN" | "LOAD") => sideOf(build(curve), direction)?.bandAvailMW;

test("each volume lands in the band nearest its price", () => {
  const curve = priceQuantityCurve(MW(-90), [
    { pricePerMWh: 41, powerW: MW(0) },
    { pricePerMWh: 118, powerW: MW(60) },
    { pricePerMWh: 290, powerW: MW(100) },
  ]);
  expect(build(curve)).toEqual(exampleBid);
});

test("part-megawatts wait for the next step, and one that never comes is not offered", () => {
  const curve = priceQuantityCurve(0, [
    { pricePerMWh: 80, powerW: kW(1900) },
    { pricePerMWh: 200, powerW: kW(3500) },
  ]);
  expect(volumes(curve, "GEN")).toEqual([0, 0, 0, 1, 0, 2, 0, 0, 0, 0]);
});

test("a street of homes, 100 kW in all, is below the market's whole megawatt and offers nothing", () => {
  const street = priceQuantityCurve(kW(-100), [{ pricePerMWh: 50, powerW: kW(100) }]);
  expect(volumes(street, "GEN")).toEqual(new Array(10).fill(0));
  expect(validate(build(street), exampleUnit)).toEqual([]);
});

test("no more is offered than the unit is registered for", () => {
  const large = priceQuantityCurve(MW(-500), [{ pricePerMWh: 60, powerW: MW(500) }]);
  expect(sideOf(build(large), "GEN")?.maxAvailMW).toBe(100);
  expect(sideOf(build(large), "LOAD")?.maxAvailMW).toBe(90);
});

test("buying and selling that meet in one band are moved apart, buying downwards", () => {
  const touching = priceQuantityCurve(MW(-50), [
    { pricePerMWh: 1, powerW: MW(0) },
    { pricePerMWh: 1.01, powerW: MW(50) },
  ]);
  expect(volumes(touching, "GEN")?.[1]).toBe(50);
  expect(volumes(touching, "LOAD")?.[1]).toBe(50);
  expect(validate(build(touching), exampleUnit)).toEqual([]);
});

test("what must be delivered at any price is offered at the floor", () => {
  expect(volumes(priceQuantityCurve(MW(30), []), "GEN")).toEqual([30, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(volumes(priceQuantityCurve(MW(-30), []), "LOAD")).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 30]);
});

test("without ten prices a side there is no bid", () => {
  const { interval, decidedAtMs } = exampleBid;
  const request = { unit: exampleUnit, interval, curve: priceQuantityCurve(0, []), versionNumber: 1, decidedAtMs };
  const short = { sell: bandPrices.sell.slice(1), buy: bandPrices.buy };
  expect(buildBid({ ...request, bandPrices: short })).toMatchObject({ ok: false, error: { code: "nem.band-count" } });
});

function randomBandPrices(rng: Rng, unit: MarketUnit, startMs: UtcMs): BandPrices {
  const bands = dayBandPrices({ unit, day: tradingDay(startMs), levels: [randomLevels(rng)] });
  if (!bands.ok) throw new Error(bands.error.code);
  return bands.value;
}

test("every bid built from 20,000 random curves, units and days breaks no rule and never offers more than its curve", () => {
  const rng = new Rng("bids");
  const firstMs = Date.UTC(2015, 6, 1);
  for (let batch = 0; batch < 200; batch++) {
    const unit = randomUnit(rng);
    const day = tradingDay(UtcMs(firstMs + rng.uniform() * (Date.UTC(2026, 11, 1) - firstMs)));
    const bands = randomBandPrices(rng, unit, day.startMs);
    for (let each = 0; each < 100; each++) {
      const interval = rng.pick(intervalsOf(day));
      const curve = randomCurve(rng, unit);
      const decidedAtMs = gateClosureMs(interval);
      const rebid: Rebid = {
        reason: "price moved",
        category: "F",
        eventMs: UtcMs(decidedAtMs - 1),
        awareMs: decidedAtMs,
        decisionMs: decidedAtMs,
      };
      const isRebid = rng.chance(0.5);
      const versionNumber = isRebid ? rng.integer(2, 400) : 1;
      const request = { unit, interval, curve, bandPrices: bands, versionNumber, decidedAtMs };
      const built = buildBid(isRebid ? { ...request, rebid } : request);
      if (!built.ok) throw new Error(built.error.code);
      const violations = validate(built.value, unit, { dayBandPrices: bands });
      if (violations.length > 0) expect.fail(JSON.stringify({ violations, curve, unit }));
      const mostMW = sideOf(built.value, "GEN")?.maxAvailMW ?? Number.NaN;
      const leastMW = -(sideOf(built.value, "LOAD")?.maxAvailMW ?? Number.NaN);
      if (mostMW * 1e6 > Math.max(0, powerAtCeiling(curve)))
        expect.fail(`${mostMW} MW offered of ${JSON.stringify(curve)}`);
      if (leastMW * 1e6 < Math.min(0, curve.powerWAtFloor))
        expect.fail(`${leastMW} MW asked of ${JSON.stringify(curve)}`);
      const { targetW } = clear(built.value, rng.between(-1000, 15_000), {
        initialW: W(0),
        lossFactor: unit.lossFactor,
      });
      if (!(targetW <= mostMW * 1e6 && targetW >= leastMW * 1e6)) expect.fail(`awarded ${targetW} W`);
    }
  }
});

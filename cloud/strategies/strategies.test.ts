import { Rng } from "@penstock/protocol/rng";
import { kW, MW, MWh, minutes, UtcMs, W, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { PriceForecast } from "../forecast/forecaster.ts";
import { fixedVolumes, idle, priceThreshold, strategies, valueCurve } from "./index.ts";
import { type PriceQuantityCurve, powerAt, powerAtCeiling } from "./price-quantity-curve.ts";
import type { SiteCapability, Strategy, StrategyView } from "./strategy.ts";

const startMs = UtcMs(Date.UTC(2023, 5, 1));
const interval = { startMs, endMs: UtcMs(startMs + 300_000) };

const site = (overrides: Partial<SiteCapability> = {}): SiteCapability => ({
  siteId: "park",
  available: true,
  soc: 0.5,
  socMin: 0,
  socMax: 1,
  capacityWh: MWh(2),
  powerWMaxCharge: MW(1),
  powerWMaxDischarge: MW(1),
  efficiencyOneWay: 0.92,
  costPerMWh: 10,
  ...overrides,
});

const forecastOf = (mean: Float64Array, from = startMs): PriceForecast => ({
  forecaster: "test",
  asOfMs: UtcMs(from - 30_000),
  startMs: from,
  intervalMs: minutes(5),
  mean,
  quantiles: [],
  paths: [{ weight: 1, prices: mean }],
});

const view = (mean: Float64Array, sites: readonly SiteCapability[], lossFactor = 1): StrategyView => ({
  asOfMs: UtcMs(startMs - 30_000),
  interval,
  forecast: forecastOf(mean),
  sites,
  market: { lossFactor, priceTick: 0.01, priceFloor: -1000, priceCap: 15_500 },
});

/** Cheap for half a day, then dear. */
const cheapThenDear = Float64Array.from({ length: 288 }, (_, t) => (t < 144 ? 40 : 160));

const curveFrom = (strategy: Strategy, of: StrategyView): PriceQuantityCurve => {
  const intents = strategy.decide(of);
  if (!intents.ok || intents.value[0] === undefined) throw new Error("the strategy answers");
  return intents.value[0].curve;
};

test("with a dear evening ahead it buys now below what the evening pays, and sells only above", () => {
  const curve = curveFrom(valueCurve, view(cheapThenDear, [site()]));
  // A stored MWh sells at 160 in the evening: (160 − 10) × 0.92 = 138. Buying one now pays up to 138 × 0.92 = 127,
  // but charging can be done all morning at 40, so no more than that is paid.
  expect(powerAt(curve, 39)).toBe(-1e6);
  expect(powerAt(curve, 41)).toBe(0);
  expect(powerAt(curve, 170)).toBe(1e6);
});

test("late in the dear evening a full store sells at the evening's price", () => {
  const evening = Float64Array.from({ length: 288 }, (_, t) => (t < 24 ? 160 : 40));
  const curve = curveFrom(valueCurve, view(evening, [site({ soc: 1 })]));
  expect(powerAt(curve, 160)).toBe(1e6);
  expect(powerAt(curve, 45)).toBe(0);
});

test("the loss factor is in the price at the meter: what is worth 40 at the node is worth 36 behind a factor of 0.9", () => {
  const curve = curveFrom(valueCurve, view(cheapThenDear, [site()], 0.9));
  expect(powerAt(curve, 35)).toBe(-1e6);
  expect(powerAt(curve, 37)).toBe(0);
});

test.each([
  ["empty: nothing to sell", site({ soc: 0 }), -1e6, 0],
  ["full: no room to buy", site({ soc: 1 }), 0, 1e6],
  ["nearly empty: sells what is there", site({ soc: 0.01 }), -1e6, 0.02 * 0.92 * 12 * 1e6],
  ["outside its window: rests on that side", site({ soc: 0.05, socMin: 0.1 }), -1e6, 0],
  ["a weak connection", site({ importWMax: kW(300), exportWMax: kW(200) }), -300_000, 200_000],
  ["not available", site({ available: false }), 0, 0],
  ["without a store", site({ capacityWh: Wh(0) }), 0, 0],
])("%s", (_, which, powerWMin, powerWMax) => {
  const curve = curveFrom(valueCurve, view(cheapThenDear, [which]));
  expect(curve.powerWAtFloor).toBeCloseTo(powerWMin, -1);
  expect(powerAtCeiling(curve)).toBeCloseTo(powerWMax, -1);
});

test("a forecast that does not reach the interval is refused, not stretched", () => {
  const late = { ...view(cheapThenDear, [site()]), forecast: forecastOf(cheapThenDear, UtcMs(startMs + 300_000)) };
  expect(valueCurve.decide(late)).toMatchObject({ ok: false, error: { code: "strategy.forecast-misses-interval" } });
});

test("a forecast that began two intervals earlier is read at the right place", () => {
  const earlier = forecastOf(Float64Array.of(500, 500, ...cheapThenDear), UtcMs(startMs - 600_000));
  const shifted = curveFrom(valueCurve, { ...view(cheapThenDear, [site()]), forecast: earlier });
  expect(shifted).toEqual(curveFrom(valueCurve, view(cheapThenDear, [site()])));
});

test("the prices it expects to act at lie where its curves do", () => {
  const levels = valueCurve.levels(view(cheapThenDear, [site()]), { startMs, endMs: UtcMs(startMs + 86_400_000) });
  if (!levels.ok) throw new Error("levels are known");
  expect(Math.max(...levels.value.sellPrices)).toBeCloseTo(160, 0);
  expect(Math.max(...levels.value.buyPrices)).toBeGreaterThan(39);
});

test("the simple one buys in the cheap quarter, sells in the dear one, and rests when the gap does not pay", () => {
  const curve = curveFrom(priceThreshold, view(cheapThenDear, [site()]));
  expect(powerAt(curve, 39.99)).toBe(-1e6);
  expect(powerAt(curve, 40)).toBe(0);
  expect(powerAt(curve, 160)).toBe(1e6);
  const flat = new Float64Array(288).fill(60);
  expect(powerAt(curveFrom(priceThreshold, view(flat, [site()])), 70)).toBe(0);
});

test("the idle one wants nothing at any price", () => {
  expect(curveFrom(idle, view(cheapThenDear, [site()]))).toEqual({ powerWAtFloor: 0, steps: [] });
});

test.each(
  Object.values(strategies),
)("$name answers for every site in order, within its limits, buying below where it sells", (strategy) => {
  const rng = new Rng(strategy.name);
  for (let run = 0; run < 300; run++) {
    const mean = Float64Array.from({ length: rng.integer(1, 100) }, () =>
      rng.chance(0.2) ? rng.between(-1000, 0) : rng.exponential(120),
    );
    const sites = Array.from({ length: rng.integer(0, 4) }, (_, index) =>
      site({
        siteId: `site-${index}`,
        available: rng.chance(0.9),
        soc: rng.uniform(),
        socMin: rng.between(0, 0.2),
        socMax: rng.between(0.8, 1),
        capacityWh: Wh(10 ** rng.between(3, 9)),
        powerWMaxCharge: W(10 ** rng.between(3, 8)),
        powerWMaxDischarge: W(10 ** rng.between(3, 8)),
        costPerMWh: rng.between(0, 50),
        ...(rng.chance(0.3) && { exportWMax: W(10 ** rng.between(2, 8)) }),
      }),
    );
    const intents = strategy.decide(view(mean, sites));
    if (!intents.ok) throw new Error("the strategy answers");
    expect(intents.value.map(({ siteId }) => siteId)).toEqual(sites.map(({ siteId }) => siteId));
    for (const [index, { curve, because }] of intents.value.entries()) {
      const which = sites[index];
      if (which === undefined) throw new Error("one intent a site");
      expect(because).not.toBe("");
      // Fixed volumes are sold at any price; whoever names prices buys below where it sells.
      if (strategy === fixedVolumes) expect(curve.steps).toEqual([]);
      else expect(curve.powerWAtFloor).toBeLessThanOrEqual(0);
      expect(-curve.powerWAtFloor).toBeLessThanOrEqual(which.powerWMaxCharge + 1);
      expect(powerAtCeiling(curve)).toBeLessThanOrEqual(
        Math.min(which.powerWMaxDischarge, which.exportWMax ?? 1e99) + 1,
      );
      const hours = 1 / 12;
      const room = Math.max(0, which.socMax - which.soc) * which.capacityWh;
      const stored = Math.max(0, which.soc - which.socMin) * which.capacityWh;
      expect(-curve.powerWAtFloor * hours * 0.92).toBeLessThanOrEqual(room * 1.0001 + 1);
      expect((powerAtCeiling(curve) * hours) / 0.92).toBeLessThanOrEqual(stored * 1.0001 + 1);
    }
  }
});

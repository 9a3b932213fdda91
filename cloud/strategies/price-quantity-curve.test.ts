import { Rng } from "@penstock/protocol/rng";
import { kW, MW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import {
  aggregateCurves,
  disaggregate,
  type PriceQuantityCurve,
  powerAt,
  powerAtCeiling,
  powerBelow,
  priceQuantityCurve,
} from "./price-quantity-curve.ts";

const battery = priceQuantityCurve(MW(-2), [
  { pricePerMWh: 30, powerW: MW(-1) },
  { pricePerMWh: 50, powerW: MW(0) },
  { pricePerMWh: 90, powerW: MW(2) },
]);

test.each([
  // price, at it, just below it (MW)
  [-1000, -2, -2],
  [30, -1, -2],
  [49.99, -1, -1],
  [50, 0, -1],
  [89.99, 0, 0],
  [90, 2, 0],
  [20_000, 2, 2],
])("at %d it delivers %d MW, just below that price %d MW", (price, atMW, belowMW) => {
  expect(powerAt(battery, price)).toBe(atMW * 1e6);
  expect(powerBelow(battery, price)).toBe(belowMW * 1e6);
});

test("powers are whole watts within the limit, but arithmetic does not cost a watt", () => {
  const curve = priceQuantityCurve(-999_999.9999999, [{ pricePerMWh: 1, powerW: W(1234.9) }]);
  expect(curve).toEqual({ powerWAtFloor: -1e6, steps: [{ pricePerMWh: 1, powerW: 1234 }] });
  expect(Object.is(priceQuantityCurve(-0, []).powerWAtFloor, 0)).toBe(true);
});

test("steps at one price are one step, and steps that add nothing are none", () => {
  const curve = priceQuantityCurve(0, [
    { pricePerMWh: 10, powerW: W(0) },
    { pricePerMWh: 20, powerW: W(5) },
    { pricePerMWh: 20, powerW: W(9) },
    { pricePerMWh: 30, powerW: W(9) },
  ]);
  expect(curve.steps).toEqual([{ pricePerMWh: 20, powerW: 9 }]);
});

test.each([
  [
    "falls in power",
    [
      { pricePerMWh: 1, powerW: W(5) },
      { pricePerMWh: 2, powerW: W(4) },
    ],
  ],
  [
    "falls in price",
    [
      { pricePerMWh: 2, powerW: W(4) },
      { pricePerMWh: 1, powerW: W(5) },
    ],
  ],
  ["has no price", [{ pricePerMWh: Number.NaN, powerW: W(5) }]],
])("a curve that %s is our mistake and stops us", (_, steps) => {
  expect(() => priceQuantityCurve(0, steps)).toThrow();
});

test("two sites are offered as their sum", () => {
  const home = priceQuantityCurve(kW(-5), [{ pricePerMWh: 50, powerW: kW(5) }]);
  expect(aggregateCurves([battery, home])).toEqual({
    powerWAtFloor: -2_005_000,
    steps: [
      { pricePerMWh: 30, powerW: -1_005_000 },
      { pricePerMWh: 50, powerW: 5_000 },
      { pricePerMWh: 90, powerW: 2_005_000 },
    ],
  });
});

test("nothing at all is offered as nothing", () => {
  expect(aggregateCurves([])).toEqual({ powerWAtFloor: 0, steps: [] });
  expect(disaggregate(0, [])).toEqual({ ok: true, value: [] });
});

test("the cheaper site delivers first, and sites of one price share in proportion", () => {
  const cheap = priceQuantityCurve(0, [{ pricePerMWh: 40, powerW: MW(3) }]);
  const dear = priceQuantityCurve(0, [{ pricePerMWh: 60, powerW: MW(2) }]);
  const dearToo = priceQuantityCurve(0, [{ pricePerMWh: 60, powerW: MW(6) }]);
  expect(disaggregate(MW(2), [dear, cheap, dearToo])).toEqual({ ok: true, value: [0, 2e6, 0] });
  expect(disaggregate(MW(7), [dear, cheap, dearToo])).toEqual({ ok: true, value: [1e6, 3e6, 3e6] });
});

test.each([MW(-3), MW(3), Number.NaN])("an award of %d W, beyond what was offered, is refused", (awardW) => {
  const result = disaggregate(awardW, [battery]);
  expect(result).toMatchObject({ ok: false, error: { code: "curve.award-outside", powerWMin: -2e6, powerWMax: 2e6 } });
});

const randomCurve = (rng: Rng): PriceQuantityCurve => {
  const sizeW = 10 ** rng.between(3, 8);
  const floorW = rng.between(-sizeW, sizeW / 4);
  let powerW = floorW;
  let price = rng.integer(-1000, 200);
  const steps = Array.from({ length: rng.integer(0, 7) }, () => {
    powerW += sizeW * rng.uniform() * 0.5;
    price += rng.integer(0, 60);
    return { pricePerMWh: price, powerW: W(powerW) };
  });
  return priceQuantityCurve(floorW, steps);
};

test("whatever is awarded, the shares sum to it to the watt and each is one its site offered", () => {
  const rng = new Rng("disaggregate");
  for (let run = 0; run < 5000; run++) {
    const curves = Array.from({ length: rng.integer(1, 25) }, () => randomCurve(rng));
    const all = aggregateCurves(curves);
    const awardW = rng.integer(all.powerWAtFloor, powerAtCeiling(all) + 1);
    const shares = disaggregate(awardW, curves);
    if (!shares.ok) throw new Error("an award inside the curve is split");
    expect(shares.value.reduce((sum, shareW) => sum + shareW, 0)).toBe(awardW);
    for (const [index, curve] of curves.entries()) {
      expect(shares.value[index]).toBeGreaterThanOrEqual(curve.powerWAtFloor);
      expect(shares.value[index]).toBeLessThanOrEqual(powerAtCeiling(curve));
    }
  }
});

test("at any price the aggregate delivers the sum of its parts", () => {
  const rng = new Rng("aggregate");
  for (let run = 0; run < 2000; run++) {
    const curves = Array.from({ length: rng.integer(1, 10) }, () => randomCurve(rng));
    const all = aggregateCurves(curves);
    const price = rng.integer(-1100, 600);
    expect(powerAt(all, price)).toBe(curves.reduce((sum, curve) => sum + powerAt(curve, price), 0));
  }
});

import { expect, test } from "vitest";
import { bidCurve, compress } from "./bid-curve.ts";

test("a bid is a staircase from all that is bought to all that is sold", () => {
  expect(
    bidCurve([
      { pricePerMWh: 300, volumeMW: 2 },
      { pricePerMWh: -40, volumeMW: -3 },
      { pricePerMWh: 90, volumeMW: 1 },
    ]),
  ).toEqual([
    { powerMW: -3, pricePerMWh: -40 },
    { powerMW: 0, pricePerMWh: -40 },
    { powerMW: 0, pricePerMWh: 90 },
    { powerMW: 1, pricePerMWh: 90 },
    { powerMW: 1, pricePerMWh: 300 },
    { powerMW: 3, pricePerMWh: 300 },
  ]);
});

test("bands without volume are no steps, and a bid of none has no curve", () => {
  expect(bidCurve([{ pricePerMWh: 50, volumeMW: 0 }])).toEqual([]);
});

test("the price scale keeps order and sign from floor to cap, and tells small prices apart", () => {
  const shown = [-1000, -50, 0, 50, 300, 17_500].map(compress);
  expect(shown).toEqual([...shown].sort((a, b) => a - b));
  expect(compress(0)).toBe(0);
  expect(compress(-80)).toBeCloseTo(-compress(80));
  expect((compress(80) - compress(0)) / (compress(17_500) - compress(0))).toBeGreaterThan(0.15);
});

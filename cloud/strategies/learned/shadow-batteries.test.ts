import { MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "../../optimise/battery.ts";
import { priceQuantityCurve } from "../price-quantity-curve.ts";
import { ShadowBatteries } from "./shadow-batteries.ts";

const battery: Battery = {
  capacityWh: MWh(200),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(100),
  powerWMaxDischarge: MW(100),
  efficiencyCharge: 0.9,
  efficiencyDischarge: 0.9,
  costPerMWh: 10,
  auxiliaryW: W(0),
};

/** Charges below the one price, discharges from the other. */
const between = (buyPrice: number, sellPrice: number) =>
  priceQuantityCurve(-MW(100), [
    { pricePerMWh: buyPrice, powerW: W(0) },
    { pricePerMWh: sellPrice, powerW: MW(100) },
  ]);
const patient = between(30, 200);
const hasty = between(50, 60);

function bestAfter(prices: readonly number[]): number {
  const shadows = new ShadowBatteries(battery, minutes(30), 2);
  for (const price of prices) {
    shadows.offer((opinion) => (opinion === 0 ? patient : hasty));
    shadows.clear(price);
  }
  return shadows.best;
}

const days: readonly [readonly number[], number, string][] = [
  // prices                  best   because
  [[], 0, "before anything has cleared the first opinion is bid"],
  [[20, 300], 0, "both buy at 20 and sell at 300: the first of equals"],
  [[40, 70, 40, 70], 1, "the patient one waits for a day that does not come"],
  [[20, 65, 300], 0, "the hasty one has sold before the peak"],
  [[70, 70, 70], 0, "an empty battery sells nothing, whoever wishes it"],
];

test.each(days)("after prices %j opinion %d is best: %s", (prices, best, _because) => {
  expect(bestAfter(prices)).toBe(best);
});

test("what an opinion earned long ago gives way to what another earns now", () => {
  const peak = [20, 65, 300];
  const flat = Array.from({ length: 48 * 60 }, (_, hour) => (hour % 48 === 0 ? 45 : hour % 48 === 1 ? 75 : 55));
  expect(bestAfter(peak)).toBe(0);
  expect(bestAfter([...peak, ...flat])).toBe(1);
});

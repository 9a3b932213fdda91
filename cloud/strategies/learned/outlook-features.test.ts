import { MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "../../optimise/battery.ts";
import { type Outlook, OutlookFeatures } from "./outlook-features.ts";

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

/** Dear for the next two hours, then cheap for good. */
const peakOf =
  (price: number): Outlook =>
  (from) =>
    from < 24 ? price : 100;

function rowOf(outlooks: readonly Outlook[], ownPrice: number): readonly number[] {
  const features = new OutlookFeatures(battery, minutes(5), outlooks.length);
  const x = new Float32Array(features.count);
  features.describe(0, outlooks, x, 0);
  features.setOwnPrice(ownPrice, x, 0);
  return [...x].map((value) => Math.round(value));
}

test("all of the store can be sold in the dear hours: it is worth their price after losses and wear", () => {
  // Two hours at full power take 2 · 100 / 0.9 out of a store of 200.
  expect(rowOf([peakOf(510)], 0).slice(0, 4)).toEqual([450, 450, 450, 450]);
});

test("where no hour is dear, energy is worth what it sells for", () => {
  expect(rowOf([peakOf(100)], 0).slice(0, 4)).toEqual([81, 81, 81, 81]);
});

test("what can be bought again before it is dear is worth what that costs", () => {
  const dearLater: Outlook = (from) => (from >= 48 && from < 72 ? 510 : 100);
  expect(rowOf([dearLater], 0).slice(0, 4)).toEqual([111, 111, 111, 111]);
});

test("the own price is held against the worth in an empty and in a full store, outlook by outlook", () => {
  const row = rowOf([peakOf(510), peakOf(100)], 500);
  expect(row.slice(4, 6)).toEqual([50, 50]);
  expect(row.slice(10, 12)).toEqual([419, 419]);
});

test("between two half hours worth stands still", () => {
  const features = new OutlookFeatures(battery, minutes(5), 1);
  const x = new Float32Array(features.count);
  const worthAt = (t: number, outlook: Outlook): number => {
    features.describe(t, [outlook], x, 0);
    return Math.round(x[0] as number);
  };
  expect(worthAt(0, peakOf(510))).toBe(450);
  expect(worthAt(5, peakOf(710))).toBe(450);
  expect(worthAt(6, peakOf(710))).toBe(630);
});

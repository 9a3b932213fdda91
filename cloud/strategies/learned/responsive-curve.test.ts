import { Rng } from "@penstock/protocol/rng";
import { hours, MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "../../optimise/battery.ts";
import { powerAt, powerAtCeiling } from "../price-quantity-curve.ts";
import { responsiveCurve } from "./responsive-curve.ts";

const battery: Battery = {
  capacityWh: MWh(2),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(1),
  powerWMaxDischarge: MW(1),
  efficiencyCharge: 0.9,
  efficiencyDischarge: 0.9,
  costPerMWh: 10,
  auxiliaryW: W(0),
};
const ask = (worth: (segment: number, share: number) => number, soc = 0.5, edges: readonly number[] = []) =>
  responsiveCurve({ battery, intervalMs: minutes(5), soc, edges, worth, priceTick: 0.01 });

test.each([
  // price   wanted
  [44.9, -1e6],
  [45.01, 0],
  [65.5, 0],
  [65.57, 1e6],
])("at 50 a stored MWh, it buys below 45.00 and sells from 65.56: at %d it is %d W", (price, powerW) => {
  expect(
    powerAt(
      ask(() => 50),
      price,
    ),
  ).toBe(powerW);
});

test("a dear price that promises dearer ones is waited through", () => {
  const worth = (segment: number): number => (segment === 0 ? 50 : 300);
  const curve = ask(worth, 0.5, [80]);
  expect(powerAt(curve, 70)).toBe(1e6);
  // Once it sells it goes on selling: a market has no curve that takes power back.
  expect(powerAt(curve, 100)).toBe(1e6);
  const patient = ask(worth, 0.5, [60]);
  expect(powerAt(patient, 70)).toBe(0);
  expect(powerAt(patient, 343.4)).toBe(1e6);
});

test("any opinion at any state of charge makes a curve that ascends within the battery's limits", () => {
  const rng = new Rng("responsive");
  for (let round = 0; round < 2_000; round++) {
    const edges = Array.from({ length: rng.integer(0, 12) }, () => rng.between(-200, 500)).sort((a, b) => a - b);
    const opinions = Array.from({ length: 13 }, () => rng.between(-150, 600));
    const slope = rng.between(0, 200);
    const soc = rng.pick([0, 1, rng.uniform()]);
    const intervalMs = rng.pick([minutes(5), minutes(30), hours(1), hours(4)]);
    const worth = (segment: number, share: number): number => (opinions[segment] as number) - slope * share;
    const curve = responsiveCurve({ battery, intervalMs, soc, edges, worth, priceTick: 0.01 });
    const meterHours = intervalMs / 3_600_000;
    expect(-curve.powerWAtFloor).toBeLessThanOrEqual(1e6);
    expect(-curve.powerWAtFloor * meterHours * 0.9).toBeLessThanOrEqual((1 - soc) * 2e6 + 1);
    expect(powerAtCeiling(curve)).toBeLessThanOrEqual(1e6);
    expect((powerAtCeiling(curve) * meterHours) / 0.9).toBeLessThanOrEqual(soc * 2e6 + 1);
    for (let at = 1; at < curve.steps.length; at++) {
      expect(curve.steps[at]?.pricePerMWh).toBeGreaterThan(curve.steps[at - 1]?.pricePerMWh ?? Number.NaN);
      expect(curve.steps[at]?.powerW).toBeGreaterThan(curve.steps[at - 1]?.powerW ?? Number.NaN);
    }
  }
});

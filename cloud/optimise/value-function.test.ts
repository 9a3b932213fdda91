import { Rng } from "@penstock/protocol/rng";
import { hours, MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "./battery.ts";
import { perfectForesight } from "./perfect-foresight.ts";
import { ValueFunction } from "./value-function.ts";

const battery: Battery = {
  capacityWh: MWh(2),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(1),
  powerWMaxDischarge: MW(1),
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 10,
  auxiliaryW: W(0),
};
const forPrices = (prices: readonly number[], gridPoints = 201) =>
  new ValueFunction({
    battery,
    intervalMs: minutes(5),
    scenarios: [{ weight: 1, prices: Float64Array.from(prices) }],
    gridPoints,
  });

test("with an hour at 100 to come, the last MWh a battery can sell is worth 100 less wear and losses, and the next nothing", () => {
  const value = forPrices(Array.from({ length: 12 }, () => 100));
  const marginal = value.marginalValue(0);
  expect(marginal[0]).toBeCloseTo((100 - 10) * 0.92, 6);
  expect(marginal.at(-1)).toBeCloseTo(0, 6);
  expect(value.valueAt(0, 1)).toBeCloseTo(90, 0);
  expect(value.valueAt(12, 1)).toBe(0);
});

test("where prices are negative an empty battery is worth more than a full one", () => {
  const value = forPrices(Array.from({ length: 12 }, () => -50));
  expect(value.valueAt(0, 0)).toBeCloseTo(50, 6);
  expect(value.valueAt(0, 1)).toBeLessThan(value.valueAt(0, 0));
  expect(value.marginalValue(0).at(-1)).toBeLessThan(0);
});

test.each([
  1, 2, 3, 4, 5, 6, 7, 8,
])("one more MWh is never worth more in a fuller store, down to the price floor (seed %d)", (seed) => {
  const rng = new Rng(seed);
  const scenarios = [0.5, 0.3, 0.2].map((weight) => ({
    weight,
    prices: Float64Array.from({ length: 288 }, () => (rng.chance(0.1) ? rng.between(-1000, 0) : rng.exponential(90))),
  }));
  const value = new ValueFunction({ battery, intervalMs: minutes(5), scenarios, gridPoints: 101 });
  for (let t = 0; t <= 288; t += 12) {
    const marginal = value.marginalValue(t);
    for (let cell = 1; cell < marginal.length; cell++) {
      expect(marginal[cell]).toBeLessThanOrEqual((marginal[cell - 1] ?? Number.NaN) + 1e-7);
    }
  }
});

test.each([
  1, 2, 3, 4,
])("for one known path it agrees with the plan of perfect foresight within 0.1 %% (seed %d)", (seed) => {
  const rng = new Rng(seed);
  const prices = Array.from({ length: 288 }, (_, t) => 80 + 60 * Math.sin(t / 23) + 30 * rng.normal());
  const value = forPrices(prices, 401);
  for (const soc of [0, 0.4, 1]) {
    const plan = perfectForesight({
      battery,
      intervalMs: minutes(5),
      prices: Float64Array.from(prices),
      socStart: soc,
      gridPoints: 1201,
    });
    expect(Math.abs(value.valueAt(0, soc) - plan.revenue)).toBeLessThan(0.001 * plan.revenue);
  }
});

test("a price that may be 0 or 200 is worth more to a battery than a certain 100: it can wait and see", () => {
  const flat = (price: number) => new Float64Array(12).fill(price);
  const sure = new ValueFunction({
    battery,
    intervalMs: hours(1),
    scenarios: [{ weight: 1, prices: flat(100) }],
    gridPoints: 101,
  });
  const open = new ValueFunction({
    battery,
    intervalMs: hours(1),
    scenarios: [
      { weight: 0.5, prices: flat(0) },
      { weight: 0.5, prices: flat(200) },
    ],
    gridPoints: 101,
  });
  expect(open.valueAt(0, 0.5)).toBeGreaterThan(sure.valueAt(0, 0.5) + 50);
});

test("what is left at the end counts for what it is said to be worth", () => {
  const terminalValue = Float64Array.from({ length: 101 }, (_, point) => point * 0.02 * 70);
  const value = new ValueFunction({
    battery,
    intervalMs: minutes(5),
    scenarios: [{ weight: 1, prices: Float64Array.of(75) }],
    gridPoints: 101,
    terminalValue,
  });
  // Selling a stored MWh brings (75 − 10) × 0.92 = 59.8, less than the 70 of keeping it; buying one costs 81.5.
  expect(value.valueAt(0, 0.5)).toBeCloseTo(70, 9);
});

test("auxiliary load costs the same however full the store is", () => {
  const problem = {
    intervalMs: hours(1),
    scenarios: [{ weight: 1, prices: Float64Array.of(100, 50) }],
    gridPoints: 51,
  };
  const without = new ValueFunction({ ...problem, battery });
  const withLoad = new ValueFunction({ ...problem, battery: { ...battery, auxiliaryW: W(10_000) } });
  for (const soc of [0, 0.5, 1]) expect(without.valueAt(0, soc) - withLoad.valueAt(0, soc)).toBeCloseTo(1.5, 9);
});

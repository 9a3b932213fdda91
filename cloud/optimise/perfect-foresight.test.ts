import { Rng } from "@penstock/protocol/rng";
import { hours, MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "./battery.ts";
import { perfectForesight } from "./perfect-foresight.ts";
import { bestByLinearProgram } from "./testing/linear-program.ts";

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
const lossless: Battery = { ...battery, efficiencyCharge: 1, efficiencyDischarge: 1, costPerMWh: 0 };

test("buys the cheap hour, sells the dear one", () => {
  const plan = perfectForesight({
    battery: lossless,
    intervalMs: hours(1),
    prices: Float64Array.of(20, 80),
    socStart: 0,
  });
  expect([...plan.powerW]).toEqual([-1e6, 1e6]);
  expect([...plan.soc]).toEqual([0, 0.5, 0]);
  expect(plan.revenue).toBeCloseTo(60, 9);
});

test.each([
  // what                          prices       battery                                  socStart  socEndMin  revenue
  ["a gap too small for losses", [80, 90], battery, 0, 0, 0],
  ["wear above the gap", [20, 60], { ...lossless, costPerMWh: 41 }, 0, 0, 0],
  ["energy already there", [50, 70], { ...lossless, costPerMWh: 10 }, 1, 0, 100],
  ["energy to be kept", [50, 70], { ...lossless, costPerMWh: 10 }, 1, 0.5, 60],
  ["energy to be bought for the end", [30, 70], lossless, 0, 0.5, -30],
  ["being paid to charge", [-100, -50], battery, 0, 0, 150],
  ["a weak export", [20, 80], { ...lossless, exportWMax: W(250_000) }, 0, 0, 0.25 * 60],
  ["a weak import", [20, 80], { ...lossless, importWMax: W(400_000), auxiliaryW: W(100_000) }, 0, 0, 0.3 * 60 - 10],
] as const)("%s", (_, prices, which, socStart, socEndMin, revenue) => {
  const plan = perfectForesight({
    battery: which,
    intervalMs: hours(1),
    prices: Float64Array.from(prices),
    socStart,
    socEndMin,
  });
  expect(plan.revenue).toBeCloseTo(revenue, 6);
});

test("at −200 a full battery is emptied to be paid for filling it again, in intervals of their own", () => {
  const plan = perfectForesight({ battery, intervalMs: hours(2.2), prices: Float64Array.of(-20, -200), socStart: 1 });
  expect(plan.powerW[0]).toBeGreaterThan(0);
  expect(plan.powerW[1]).toBeLessThan(0);
  expect(plan.revenue).toBeGreaterThan(0);
});

test.each([
  1, 2, 3, 4, 5, 6,
])("is within 0.1 %% of a linear program on random non-negative prices (seed %d)", (seed) => {
  const rng = new Rng(seed);
  const prices = Float64Array.from({ length: 24 }, () => rng.exponential(80));
  const which = { ...battery, capacityWh: MWh(rng.between(1, 4)), costPerMWh: rng.between(0, 30) };
  const socStart = rng.uniform();
  const best = bestByLinearProgram({ battery: which, intervalMs: hours(1), prices, socStart });
  const plan = perfectForesight({ battery: which, intervalMs: hours(1), prices, socStart });
  expect(plan.revenue).toBeLessThanOrEqual(best * (1 + 1e-9) + 1e-6);
  expect(plan.revenue).toBeGreaterThan(best * 0.999);
});

test.each([1, 2, 3])("is the best of every schedule, tried one by one, at negative prices too (seed %d)", (seed) => {
  const rng = new Rng(seed);
  const prices = Float64Array.from({ length: 8 }, () => rng.between(-300, 300));
  // One interval moves a quarter of the store each way, so that trying {charge, rest, discharge} tries everything.
  const which = { ...battery, powerWMaxCharge: W(0.5e6 / 0.92), powerWMaxDischarge: W(0.5e6 * 0.92) };
  const tryAll = (t: number, level: number): number => {
    if (t === prices.length) return 0;
    const price = prices[t] ?? 0;
    let best = tryAll(t + 1, level);
    if (level < 4) best = Math.max(best, (-price * 0.5) / 0.92 + tryAll(t + 1, level + 1));
    if (level > 0) best = Math.max(best, (price - 10) * 0.5 * 0.92 + tryAll(t + 1, level - 1));
    return best;
  };
  const plan = perfectForesight({ battery: which, intervalMs: hours(1), prices, socStart: 0.5, gridPoints: 401 });
  expect(plan.revenue).toBeGreaterThanOrEqual(tryAll(0, 2) - 1e-6);
});

test("what it plans is what the battery can do, and its revenue is what the plan earns", () => {
  const rng = new Rng(9);
  const prices = Float64Array.from({ length: 2016 }, () => rng.between(-100, 300));
  const plan = perfectForesight({ battery, intervalMs: minutes(5), prices, socStart: 0.3 });
  let revenue = 0;
  let storedMWh = 0.6;
  for (const [t, price] of prices.entries()) {
    const powerW = plan.powerW[t] ?? Number.NaN;
    expect(Math.abs(powerW)).toBeLessThanOrEqual(1e6 + 1e-3);
    expect(plan.soc[t]).toBeCloseTo(storedMWh / 2, 9);
    const meterMWh = powerW / 1e6 / 12;
    storedMWh += meterMWh > 0 ? -meterMWh / 0.92 : -meterMWh * 0.92;
    expect(storedMWh).toBeGreaterThanOrEqual(-1e-9);
    expect(storedMWh).toBeLessThanOrEqual(2 + 1e-9);
    revenue += price * meterMWh - 10 * Math.max(0, meterMWh);
  }
  expect(plan.revenue).toBeCloseTo(revenue, 6);
});

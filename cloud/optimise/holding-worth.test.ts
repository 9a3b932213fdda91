import { Rng } from "@penstock/protocol/rng";
import { hours, MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "./battery.ts";
import { holdingWorth, type KeptReserve } from "./holding-worth.ts";
import { ValueFunction } from "./value-function.ts";

/** 1 MW, 2 MWh, no losses, its whole window. */
const battery: Battery = {
  ...{ capacityWh: MWh(2), socMin: 0, socMax: 1, powerWMaxCharge: MW(1), powerWMaxDischarge: MW(1) },
  ...{ efficiencyCharge: 1, efficiencyDischarge: 1, costPerMWh: 0, auxiliaryW: W(0) },
};
const reserve = (direction: KeptReserve["direction"], lastsMin: number, pricePerMWh: number): KeptReserve => ({
  ...{ direction, durationMs: minutes(lastsMin), powerWMax: MW(1), pricePerMWh },
});

test.each<[readonly KeptReserve[], boolean, readonly number[], string]>([
  // reserves                                           one at a time   worth of an hour at 0, 0.5, 1, 1.5 and 2 MWh
  [[], false, [0, 0, 0, 0, 0], "nothing to keep"],
  [[reserve("up", 60, 8)], false, [0, 4, 8, 8, 8], "an hour of it must be in store"],
  [[reserve("down", 60, 8)], false, [8, 8, 8, 4, 0], "or room for it"],
  [[reserve("up", 60, 8), reserve("up", 30, 2)], false, [0, 6, 10, 10, 10], "each pays for the same megawatt"],
  [[reserve("up", 60, 8), reserve("up", 30, 2)], true, [0, 4, 8, 8, 8], "the dearer one with all that is there"],
  [[reserve("up", 120, 8), reserve("up", 30, 6)], true, [0, 6, 20 / 3, 22 / 3, 8], "a mixture while it is less"],
  [[reserve("up", 60, -3)], false, [0, 0, 0, 0, 0], "nobody pays to be ready"],
])("%j, one at a time %s: %j, %s", (reserves, sharesMegawatts, worth, _because) => {
  const held = holdingWorth(battery, hours(1), { sharesMegawatts, reserves }, 5);
  for (const [at, expected] of worth.entries()) expect(held[at]).toBeCloseTo(expected, 9);
});

test("whatever the reserves, it is concave, and so is a value function with it", () => {
  const rng = new Rng("holding");
  for (let round = 0; round < 60; round++) {
    const reserves = Array.from({ length: rng.integer(1, 5) }, () =>
      reserve(rng.pick(["up", "down", "both"] as const), rng.integer(1, 240), rng.between(-2, 20)),
    );
    const held = holdingWorth(battery, hours(1), { sharesMegawatts: rng.chance(0.5), reserves }, 41);
    const prices = Float64Array.from({ length: 12 }, () => rng.between(-50, 150));
    const value = new ValueFunction({
      ...{ battery, intervalMs: hours(1), scenarios: [{ weight: 1, prices }], gridPoints: 41 },
      holdingWorth: held,
    });
    for (const values of [held, value.valuesAt(0)]) {
      for (let at = 2; at < 41; at++) {
        const [a, b, c] = [values[at - 2] ?? 0, values[at - 1] ?? 0, values[at] ?? 0];
        expect(c - b).toBeLessThanOrEqual(b - a + 1e-9);
      }
    }
  }
});

test("energy that keeps a reserve is sold only for more than the reserve will pay", () => {
  const prices = Float64Array.from({ length: 10 }, () => 0);
  const kept = { sharesMegawatts: false, reserves: [reserve("up", 60, 8)] };
  const value = new ValueFunction({
    ...{ battery, intervalMs: hours(1), scenarios: [{ weight: 1, prices }], gridPoints: 41 },
    holdingWorth: holdingWorth(battery, hours(1), kept, 41),
  });
  const marginal = value.marginalValue(1);
  // Nine hours at 8 for the first megawatt-hour, nothing for the second; at 0 it can be bought again, an hour later.
  expect(marginal[0]).toBeCloseTo(8, 6);
  expect(marginal[39]).toBeCloseTo(0, 6);
});

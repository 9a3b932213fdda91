import { hours, Ms, minutes } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type SimulationWish, simulate } from "./simulation.ts";

const wish = (change: Partial<SimulationWish>): SimulationWish => ({
  seed: 7,
  durationMs: minutes(40),
  sites: ["feeder"],
  faults: "none",
  ...change,
});

test("the same seed is the same world, to the last bit of everything that happened", () => {
  const first = simulate(wish({ faults: "heavy" }));
  const second = simulate(wish({ faults: "heavy" }));
  expect(second.hash).toBe(first.hash);
  expect(first.eventsHashed).toBeGreaterThan(10_000);
});

test("another seed is another world", () => {
  expect(simulate(wish({ seed: 8 })).hash).not.toBe(simulate(wish({})).hash);
});

test.each([
  1, 2, 3,
])("seed %i: hours of link cuts, silent devices, killed processes and clock steps lose nothing and break no limit", (seed) => {
  const result = simulate(wish({ seed, durationMs: Ms(hours(3)), faults: "heavy" }));
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ limitViolations: 0, recordsLost: 0, recordsDuplicated: 0 });
  expect(result.faultsInjected).toBeGreaterThan(5);
  expect(result.recordsStored).toBeGreaterThan(10_000);
});

test("a quiet hour of the whole fleet is bid, dispatched and settled from the meters", () => {
  const result = simulate(wish({ sites: ["park", "feeder", "street"], durationMs: minutes(60) }));
  expect(result).toMatchObject({
    limitViolations: 0,
    recordsLost: 0,
    recordsDuplicated: 0,
    bidsRefused: 0,
    pricesGenerated: true,
  });
  expect(result.bidsAccepted).toBeGreaterThanOrEqual(20);
  expect(result.leasesApplied).toBeGreaterThan(20);
  expect(result.revenue).toBeLessThanOrEqual(result.perfectForesightRevenue + 0.01);
});

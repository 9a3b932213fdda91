import { Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Lateness } from "./lateness.ts";

test("percentiles are of what was measured", () => {
  const lateness = new Lateness(Ms(100));
  for (let i = 1; i <= 100; i++) lateness.add(i / 10, 0);
  const stats = lateness.stats();
  expect(stats).toMatchObject({ periodMs: 100, cycles: 100, lateCycles: 0, missedCycles: 0 });
  // Never flattered, and to a hundredth.
  for (const [said, is] of [
    [stats.latenessP50Ms, 5],
    [stats.latenessP99Ms, 9.9],
    [stats.latenessP999Ms, 10],
    [stats.latenessMaxMs, 10],
  ] as const) {
    expect(said).toBeGreaterThanOrEqual(is * 0.995);
    expect(said).toBeLessThanOrEqual(is * 1.02);
  }
});

test.each([
  // period   cycles that make the window
  [100, 1_000],
  [20, 3_000],
])("at %d ms a bad minute is forgotten after %d cycles, its counts never", (periodMs, window) => {
  const lateness = new Lateness(Ms(periodMs));
  for (let i = 0; i < 10; i++) lateness.add(80, 1);
  for (let i = 0; i < window - 1; i++) lateness.add(0.2, 0);
  expect(lateness.stats().latenessMaxMs).toBeGreaterThan(79);
  lateness.add(0.2, 0);
  expect(lateness.stats()).toMatchObject({ cycles: window + 10, lateCycles: 10, missedCycles: 10 });
  expect(lateness.stats().latenessMaxMs).toBeLessThan(0.21);
});

test("half a period is not late, more is; a timer that fires early is punctual", () => {
  const lateness = new Lateness(Ms(100));
  for (const latenessMs of [50, 50.1, -0.4]) lateness.add(latenessMs, 0);
  expect(lateness.stats().lateCycles).toBe(1);
  expect(lateness.stats().latenessMaxMs).toBeCloseTo(50.1, -1);
});

test("a loop that has not run yet has no lateness", () => {
  expect(new Lateness(Ms(100)).stats()).toMatchObject({ cycles: 0, latenessP99Ms: 0, latenessMaxMs: 0 });
});

test("the counts go on for ever: two of them, subtracted, are the stretch between", () => {
  const lateness = new Lateness(Ms(100));
  for (let i = 0; i < 2_000; i++) lateness.add(i % 2 === 0 ? 0 : 4, 0);
  expect(lateness.stats().latenessCounts).toEqual([
    [0, 1_000],
    [4.01, 1_000],
  ]);
});

import { Rng } from "@penstock/protocol/rng";
import { describe, expect, test } from "vitest";
import { type GrowthBound, judgeGrowth, type Point } from "./judge-growth.ts";

const bound: GrowthBound = { perHour: 10, swing: 4, most: 400 };

/** A sample each so many seconds for so many minutes. */
const series = (minutes: number, value: (hours: number, index: number) => number, everyS = 10): Point[] =>
  Array.from({ length: (minutes * 60) / everyS }, (_, index) => ({
    atMs: index * everyS * 1e3,
    value: value((index * everyS) / 3600, index),
  }));

describe("a quantity that may grow by 10 an hour, and swing by 4", () => {
  test.each([
    ["nothing moves", series(30, () => 200), "flat"],
    ["a saw of collections", series(30, (_, index) => 200 + (index % 7)), "flat"],
    ["within the bound", series(60, (hours) => 200 + 5 * hours), "flat"],
    ["it shrinks", series(30, (hours) => 200 - 60 * hours), "flat"],
    ["a leak of 40 an hour", series(30, (hours) => 200 + 40 * hours), "grows"],
    ["a leak under a saw", series(30, (hours, index) => 200 + 60 * hours + 3 * (index % 7)), "grows"],
    ["a leak in a run of a minute and a half", series(2, (hours) => 200 + 900 * hours, 2), "grows"],
    ["a spike, gone again", series(30, (_, index) => (index > 60 && index < 70 ? 900 : 200)), "flat"],
    ["a handful of samples", series(30, () => 200).slice(0, 8), "open"],
    ["no samples", [], "open"],
    ["more than it may be at all", series(30, () => 401), "too-much"],
  ] as const)("%s", (_, points, verdict) => {
    expect(judgeGrowth(points, bound).verdict).toBe(verdict);
  });

  test("a walk that may be a leak or may not is left open, not called safe", () => {
    const rng = new Rng("restless");
    let level = 200;
    const restless = series(10, () => {
      level += rng.between(-8, 8);
      return level;
    });
    expect(judgeGrowth(restless, bound).verdict).toBe("open");
  });
});

test("of a thousand noisy series without a leak few are called one; of a thousand with one, all but a few are found", () => {
  const rng = new Rng("noise");
  const called = (leakPerHour: number): number => {
    let grows = 0;
    for (let run = 0; run < 1_000; run++) {
      const points = series(30, (hours) => 200 + leakPerHour * hours + 4 * rng.normal());
      if (judgeGrowth(points, bound).verdict === "grows") grows++;
    }
    return grows;
  };
  expect(called(10)).toBeLessThan(25);
  expect(called(40)).toBeGreaterThan(975);
});

test("the true slope lies between the bounds it gives", () => {
  const rng = new Rng("cover");
  let covered = 0;
  for (let run = 0; run < 500; run++) {
    const { perHourLow, perHourHigh } = judgeGrowth(
      series(30, (hours) => 25 * hours + 3 * rng.normal()),
      bound,
    );
    if (perHourLow <= 25 && 25 <= perHourHigh) covered++;
  }
  expect(covered).toBeGreaterThan(480);
});

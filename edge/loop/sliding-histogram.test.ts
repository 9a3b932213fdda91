import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { SlidingHistogram } from "./sliding-histogram.ts";

test("whatever goes in, its percentiles are those of a sorted window, to a hundredth and never below", () => {
  const rng = new Rng("histogram");
  for (let run = 0; run < 50; run++) {
    const size = rng.integer(1, 400);
    const histogram = new SlidingHistogram(size);
    const all: number[] = [];
    for (let i = rng.integer(1, 1_000); i > 0; i--) {
      const value = rng.chance(0.2) ? 0 : 10 ** rng.between(-2, 4);
      all.push(value);
      histogram.add(value);
    }
    const sorted = all.slice(-size).sort((a, b) => a - b);
    for (const fraction of [0, 0.5, 0.99, 0.999, 1]) {
      const exact = sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? 0;
      expect(histogram.at(fraction)).toBeGreaterThanOrEqual(exact * 0.995);
      expect(histogram.at(fraction)).toBeLessThanOrEqual(exact * 1.02);
    }
  }
});

test.each([
  // value      said
  [-3, 0],
  [0, 0],
  [1e-9, 0.001],
  [1e9, 67_100],
])("the ends hold: %d ms is counted as %d", (value, said) => {
  const histogram = new SlidingHistogram(10);
  histogram.add(value);
  expect(histogram.at(1)).toBeCloseTo(said, -3);
});

test("an empty window says 0", () => {
  expect(new SlidingHistogram(10).at(0.99)).toBe(0);
});

import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { bandsOfErrors } from "./error-paths.ts";

test("what comes lies below a band as often as the band says, from below and from above", () => {
  const rng = new Rng("coverage");
  const counts = new Map([0.05, 0.25, 0.5, 0.75, 0.95].map((p) => [p, 0]));
  const rounds = 4_000;
  // Skewed errors, few of them: a band that forgot its own uncertainty would be too narrow.
  const draw = (): Float64Array => Float64Array.of(rng.exponential(1));
  for (let round = 0; round < rounds; round++) {
    const { quantiles } = bandsOfErrors(Float64Array.of(10), Array.from({ length: 39 }, draw), [...counts.keys()]);
    const real = 10 + (draw()[0] as number);
    for (const { p, values } of quantiles) if (real <= (values[0] as number)) counts.set(p, (counts.get(p) ?? 0) + 1);
  }
  for (const [p, count] of counts) expect(Math.abs(count / rounds - p)).toBeLessThan(0.02);
});

test("bands ascend, and paths keep the errors of a day together", () => {
  const errors = [-3, -1, 0, 2, 9].map((error) => Float64Array.of(error, error * 2, -error));
  const { quantiles, paths } = bandsOfErrors(Float64Array.of(50, 60, 70), errors, [0.1, 0.5, 0.9]);
  expect(paths[4]).toEqual(Float64Array.of(59, 78, 61));
  expect(quantiles.map(({ values }) => values[0])).toEqual([47, 50, 59]);
  expect(quantiles.map(({ values }) => values[2])).toEqual([61, 70, 73]);
});

import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { LassoProblem } from "./lasso.ts";
import { Moments } from "./moments.ts";

/** Random rows in which neighbours are alike, as prices of neighbouring hours are. */
function example(seed: string, rows: number, inputs: number) {
  const rng = new Rng(seed);
  const truth = Float64Array.from({ length: inputs }, (_, j) => (j % 4 === 0 ? rng.normal() : 0));
  const moments = new Moments(inputs, 1);
  const xs: Float64Array[] = [];
  const ys: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const level = rng.normal();
    const x = Float64Array.from({ length: inputs }, () => level + rng.normal());
    const y = Float64Array.of(x.reduce((sum, value, j) => sum + value * (truth[j] as number), 0) + 0.3 * rng.normal());
    xs.push(x);
    ys.push(y);
    moments.add(x, y);
  }
  return { moments, xs, ys };
}

test.each([1, 2, 3, 4, 5])("what it finds fulfils the conditions of an optimum (seed %d)", (seed) => {
  const { moments } = example(`lasso-${seed}`, 60, 24);
  const { gram, correlations } = moments.standardised();
  const correlation = correlations[0] as Float64Array;
  for (const share of [0.5, 0.1, 0.01]) {
    const penalty = share * LassoProblem.penaltyMax(correlation);
    const problem = new LassoProblem(gram, correlation);
    expect(problem.solve(penalty, 1e-9)).toBe(true);
    for (let j = 0; j < 24; j++) {
      let pull = correlation[j] as number;
      for (let k = 0; k < 24; k++) pull -= (gram[j * 24 + k] as number) * (problem.coefficients[k] as number);
      const coefficient = problem.coefficients[j] as number;
      if (coefficient === 0) expect(Math.abs(pull)).toBeLessThanOrEqual(penalty + 1e-6);
      else expect(pull).toBeCloseTo(Math.sign(coefficient) * penalty, 6);
    }
  }
});

test("at the greatest penalty nothing is used, and a start elsewhere ends at the same place", () => {
  const { moments } = example("start", 60, 24);
  const { gram, correlations, targetVariance } = moments.standardised();
  const correlation = correlations[0] as Float64Array;
  const most = LassoProblem.penaltyMax(correlation);
  const problem = new LassoProblem(gram, correlation);
  problem.solve(most);
  expect(problem.nonZeros).toBe(0);
  expect(problem.unexplained(targetVariance[0] as number)).toBe(1);
  problem.solve(most / 20, 1e-9);
  const elsewhere = new LassoProblem(gram, correlation, new Float64Array(24).fill(0.7));
  elsewhere.solve(most / 20, 1e-9);
  for (let j = 0; j < 24; j++) {
    expect(elsewhere.coefficients[j]).toBeCloseTo(problem.coefficients[j] as number, 6);
  }
});

test("a window that moved on knows the same as one made afresh", () => {
  const { moments, xs, ys } = example("moves", 80, 12);
  for (let i = 0; i < 30; i++) moments.remove(xs[i] as Float64Array, ys[i] as Float64Array);
  const afresh = new Moments(12, 1);
  for (let i = 30; i < 80; i++) afresh.add(xs[i] as Float64Array, ys[i] as Float64Array);
  const [moved, made] = [moments.standardised(), afresh.standardised()];
  expect(moved.count).toBe(50);
  for (const [index, value] of made.gram.entries()) expect(moved.gram[index]).toBeCloseTo(value, 9);
  expect(moved.correlations[0]?.[3]).toBeCloseTo(made.correlations[0]?.[3] as number, 9);
  expect(moved.targetVariance[0]).toBeCloseTo(made.targetVariance[0] as number, 9);
});

test("a constant input is never used", () => {
  const moments = new Moments(2, 1);
  const rng = new Rng("constant");
  for (let i = 0; i < 30; i++) {
    const x = rng.normal();
    moments.add(Float64Array.of(5, x), Float64Array.of(2 * x));
  }
  const { gram, correlations } = moments.standardised();
  const problem = new LassoProblem(gram, correlations[0] as Float64Array);
  problem.solve(1e-3, 1e-9);
  expect(problem.coefficients[0]).toBe(0);
  expect(problem.coefficients[1]).toBeGreaterThan(1);
});

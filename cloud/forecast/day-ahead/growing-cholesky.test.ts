import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { GrowingCholesky } from "./growing-cholesky.ts";

/** K + noise·I of random points under e^(−d²/2), and two targets. */
function example(seed: string, rows: number) {
  const rng = new Rng(seed);
  const points = Array.from({ length: rows }, () => rng.between(-3, 3));
  const covariance = (i: number, j: number): number =>
    Math.exp(-(((points[i] as number) - (points[j] as number)) ** 2) / 2) + (i === j ? 0.1 : 0);
  const targets = points.map((x) => Float64Array.of(Math.sin(x), x * x));
  return { covariance, targets };
}

/** Gauss with pivots: the weights the factor never forms. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  for (let k = 0; k < n; k++) {
    const pivot = Array.from({ length: n - k }, (_, i) => k + i).reduce((a, b) =>
      Math.abs(matrix[b]?.[k] as number) > Math.abs(matrix[a]?.[k] as number) ? b : a,
    );
    [matrix[k], matrix[pivot]] = [matrix[pivot] as number[], matrix[k] as number[]];
    [right[k], right[pivot]] = [right[pivot] as number, right[k] as number];
    for (let i = k + 1; i < n; i++) {
      const row = matrix[i] as number[];
      const top = matrix[k] as number[];
      const share = (row[k] as number) / (top[k] as number);
      for (let j = k; j < n; j++) row[j] = (row[j] as number) - share * (top[j] as number);
      right[i] = (right[i] as number) - share * (right[k] as number);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) right[i] = (right[i] as number) - (matrix[i]?.[j] as number) * (right[j] as number);
    right[i] = (right[i] as number) / (matrix[i]?.[i] as number);
  }
  return right;
}

test.each([1, 7, 40])("learning %d rows, one by one or many at once, expects what the whole system says", (rows) => {
  const { covariance, targets } = example(`rows-${rows}`, rows + 1);
  const before = (row: number): Float64Array => Float64Array.from({ length: row }, (_, j) => covariance(row, j));
  const single = new GrowingCholesky(rows, 2);
  for (let row = 0; row < rows; row++) {
    const projection = before(row);
    single.project([projection]);
    single.append(projection, covariance(row, row), targets[row] as Float64Array);
  }
  const block = new GrowingCholesky(rows, 2);
  for (let from = 0; from < rows; from += 16) {
    const projections = Array.from({ length: Math.min(16, rows - from) }, (_, index) => before(from + index));
    block.project(projections);
    for (const [index, projection] of projections.entries()) {
      block.project([projection], from);
      block.append(projection, covariance(from + index, from + index), targets[from + index] as Float64Array);
    }
  }
  const matrix = (): number[][] =>
    Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => covariance(i, j)));
  for (const factor of [single, block]) {
    expect(factor.rows).toBe(rows);
    const projection = before(rows);
    factor.project([projection]);
    const expected = factor.expected(projection);
    for (const target of [0, 1]) {
      const weights = solve(
        matrix(),
        targets.slice(0, rows).map((values) => values[target] as number),
      );
      const sum = weights.reduce((total, weight, j) => total + weight * covariance(rows, j), 0);
      expect(expected[target]).toBeCloseTo(sum, 8);
    }
  }
});

import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { FloatKernels, type Matrix } from "./float-kernels.ts";

const kernels = new FloatKernels(20_000);

function random(rows: number, columns: number, rng: Rng): Matrix {
  const matrix = kernels.take(rows, columns);
  for (let at = 0; at < matrix.values.length; at++) matrix.values[at] = rng.normal();
  return matrix;
}

const at = ({ values, columns }: Matrix, row: number, column: number): number =>
  values[row * columns + column] as number;

test.each([
  // rows  inner  columns
  [4, 1, 8],
  [8, 5, 16],
  [12, 7, 96],
  [64, 40, 8],
])("a layer of %d rows from %d to %d numbers is what its sums say, and nothing below its floor", (rows, inner, columns) => {
  const rng = new Rng(`${rows}-${inner}-${columns}`);
  const a = random(rows, inner, rng);
  const b = random(inner, columns, rng);
  const bias = random(1, columns, rng);
  const into = random(rows, columns, rng);
  kernels.layer(into, a, b, bias, 0.3);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let sum = at(bias, 0, column);
      for (let k = 0; k < inner; k++) sum += at(a, row, k) * at(b, k, column);
      expect(at(into, row, column)).toBeCloseTo(Math.max(0.3, sum), 4);
    }
});

test("a transposed product is added to what was there, and rows beyond those asked for say nothing", () => {
  const rng = new Rng("transposed");
  const a = random(8, 12, rng);
  const b = random(8, 16, rng);
  const into = random(12, 16, rng);
  const before = into.values.slice();
  kernels.addTransposedProduct(into, a, b, 4);
  for (let row = 0; row < 12; row++)
    for (let column = 0; column < 16; column++) {
      let sum = before[row * 16 + column] as number;
      for (let k = 0; k < 4; k++) sum += at(a, k, row) * at(b, k, column);
      expect(at(into, row, column)).toBeCloseTo(sum, 4);
    }
});

test("a product counts only where what is beside it is positive; rows beyond those asked for come to nothing", () => {
  const rng = new Rng("where");
  const [a, b] = [random(8, 5, rng), random(5, 8, rng)];
  const [into, above] = [random(8, 8, rng), random(8, 8, rng)];
  kernels.productWhere(into, above, a, b, 4);
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 8; column++) {
      let sum = 0;
      if (row < 4 && at(above, row, column) > 0) for (let k = 0; k < 5; k++) sum += at(a, row, k) * at(b, k, column);
      expect(at(into, row, column)).toBeCloseTo(sum, 4);
    }
});

test("a step of Adam is the one in the paper, with decay apart, and takes the slopes", () => {
  const [values, slopes, mean, square] = Array.from({ length: 4 }, () => kernels.take(1, 8)) as Matrix[] as [
    Matrix,
    Matrix,
    Matrix,
    Matrix,
  ];
  values.values.fill(2);
  let held = { value: 2, mean: 0, square: 0 };
  for (const [index, slope] of [6, -1, 0.5].entries()) {
    slopes.values.fill(slope);
    const step = index + 1;
    kernels.adam({ values, slopes, mean, square, share: 0.5, length: 0.01, decay: 0.1, step });
    const half = slope / 2;
    held = { ...held, mean: 0.9 * held.mean + 0.1 * half, square: 0.999 * held.square + 0.001 * half ** 2 };
    const move = held.mean / (1 - 0.9 ** step) / (Math.sqrt(held.square / (1 - 0.999 ** step)) + 1e-8);
    held.value -= 0.01 * (move + 0.1 * held.value);
    for (const value of values.values) expect(value).toBeCloseTo(held.value, 5);
    expect(slopes.values.every((left) => left === 0)).toBe(true);
  }
});

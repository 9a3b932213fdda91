import { invariant } from "@penstock/protocol/result";
import { COLUMN_BLOCK, floatKernelsCode, MOMENTUM, MOMENTUM_SQUARED, ROW_BLOCK } from "./float-kernels-code.ts";

/** Rows of numbers, one after another: `values[row · columns + column]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array<ArrayBuffer>;
}

export interface AdamStep {
  readonly values: Matrix;
  /** Summed over a batch; nothing is left of it. */
  readonly slopes: Matrix;
  readonly mean: Matrix;
  readonly square: Matrix;
  /** One over the lessons of the batch. */
  readonly share: number;
  readonly length: number;
  /** Share of a value that is let go, of the step. */
  readonly decay: number;
  /** Steps so far, this one included. */
  readonly step: number;
}

export { COLUMN_BLOCK, ROW_BLOCK };

export const wholeBlocks = (count: number, block: number): number => Math.ceil(count / block) * block;

const PAGE_BYTES = 65_536;

/**
 * Matrices in a memory of their own and the two things nets spend their time on, four floats at a time (WebAssembly
 * SIMD): some ten times as fast as loops over doubles, with the same results on every machine.
 */
export class FloatKernels {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: Exports;
  #takenBytes = 16;

  /** Room for so many numbers in all. */
  constructor(floats: number) {
    const pages = Math.ceil((floats * 4 + 16) / PAGE_BYTES);
    this.#memory = new WebAssembly.Memory({ initial: pages });
    compiled ??= new WebAssembly.Module(floatKernelsCode());
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#exports = exports as unknown as Exports;
  }

  /** A matrix of noughts. */
  take(rows: number, columns: number): Matrix {
    const values = new Float32Array(this.#memory.buffer as ArrayBuffer, this.#takenBytes, rows * columns);
    this.#takenBytes += values.byteLength;
    return { rows, columns, values };
  }

  /** into = bias + a · b in the first `rows` rows of a; what would be below `floor` is the floor. */
  layer(into: Matrix, a: Matrix, b: Matrix, bias: Matrix, floor: number, rows = a.rows): void {
    invariant(a.columns === b.rows && bias.columns === into.columns, "a layer fits between its neighbours");
    this.#product(into, { start: bias, startRow: 0, floor }, a, [4 * a.columns, 4], b, rows, a.columns);
  }

  /** into = a · b, in the first `rows` rows of a, where `above` is positive, and nought elsewhere. */
  productWhere(into: Matrix, above: Matrix, a: Matrix, b: Matrix, rows = a.rows): void {
    invariant(a.columns === b.rows && above.columns === into.columns, "a row of the one is a column of the other");
    into.values.fill(0);
    const start = { start: into, startRow: 4 * into.columns, floor: Number.NEGATIVE_INFINITY };
    this.#product(into, start, a, [4 * a.columns, 4], b, rows, a.columns);
    const { byteOffset, byteLength } = into.values;
    this.#exports.keepWhere(byteOffset, above.values.byteOffset, byteOffset + byteLength);
  }

  /** into += aᵀ · b, over their first `rows` rows. */
  addTransposedProduct(into: Matrix, a: Matrix, b: Matrix, rows = a.rows): void {
    invariant(rows <= b.rows, "both have the rows");
    const start = { start: into, startRow: 4 * into.columns, floor: Number.NEGATIVE_INFINITY };
    this.#product(into, start, a, [4, 4 * a.columns], b, a.columns, rows);
  }

  /** One step against the mean slope of a batch, with decoupled decay (Loshchilov and Hutter 2019). */
  adam({ values, slopes, mean, square, share, length, decay, step }: AdamStep): void {
    const { byteOffset, byteLength } = values.values;
    invariant(byteLength % 16 === 0 && byteLength === slopes.values.byteLength, "a step goes through whole fours");
    const remembered = [slopes, mean, square].map((matrix) => matrix.values.byteOffset);
    const whole = [1 / (1 - MOMENTUM ** step), 1 / (1 - MOMENTUM_SQUARED ** step)];
    this.#exports.adam(byteOffset, ...remembered, byteOffset + byteLength, share, length, length * decay, ...whole);
  }

  #product(
    into: Matrix,
    { start, startRow, floor }: Start,
    a: Matrix,
    [aRow, aColumn]: readonly [number, number],
    b: Matrix,
    rows: number,
    inner: number,
  ): void {
    invariant(
      rows % ROW_BLOCK === 0 && into.columns % COLUMN_BLOCK === 0 && into.columns === b.columns && rows <= into.rows,
      "a product is made in whole blocks",
    );
    invariant(rows > 0 && inner > 0 && rows * inner <= a.values.length, "a product has something to go through");
    const places = [into, start, a, b].map(({ values }) => values.byteOffset);
    const strides = [startRow, aRow, aColumn, 4 * into.columns];
    this.#exports.product(...places, a.values.byteOffset + rows * aRow, inner * aColumn, ...strides, floor);
  }
}

/** What the sums of a product begin with, and the least they come to. */
interface Start {
  readonly start: Matrix;
  /** Bytes from row to row; 0 when all begin with the same. */
  readonly startRow: number;
  readonly floor: number;
}

interface Exports {
  readonly product: (...numbers: readonly number[]) => void;
  readonly keepWhere: (...numbers: readonly number[]) => void;
  readonly adam: (...numbers: readonly number[]) => void;
}

let compiled: WebAssembly.Module | undefined;

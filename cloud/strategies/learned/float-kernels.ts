import { invariant } from "@penstock/protocol/result";
import { add, type Code, f32, four, get, i32, loop, set, times, wasmFunction, wasmModule } from "./wasm-code.ts";

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

/** Rows are worked on four, columns eight at a time: a matrix has whole such blocks. */
export const ROW_BLOCK = 4;
export const COLUMN_BLOCK = 8;

export const wholeBlocks = (count: number, block: number): number => Math.ceil(count / block) * block;

const MOMENTUM = 0.9;
const MOMENTUM_SQUARED = 0.999;
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
    compiled ??= new WebAssembly.Module(wasmModule([productFunction(), adamFunction()]));
    const { exports } = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#exports = exports as unknown as Exports;
  }

  /** A matrix of noughts. */
  take(rows: number, columns: number): Matrix {
    const values = new Float32Array(this.#memory.buffer as ArrayBuffer, this.#takenBytes, rows * columns);
    this.#takenBytes += values.byteLength;
    return { rows, columns, values };
  }

  /** into += a · b, in the first `rows` rows of a. */
  addProduct(into: Matrix, a: Matrix, b: Matrix, rows = a.rows): void {
    invariant(a.columns === b.rows && rows <= a.rows, "a row of the one is as long as a column of the other");
    this.#addProduct(into, a, 4 * a.columns, 4, b, rows, a.columns);
  }

  /** into += aᵀ · b, over their first `rows` rows. */
  addTransposedProduct(into: Matrix, a: Matrix, b: Matrix, rows = a.rows): void {
    invariant(rows <= a.rows && rows <= b.rows, "both have the rows");
    this.#addProduct(into, a, 4, 4 * a.columns, b, a.columns, rows);
  }

  /** One step against the mean slope of a batch, with decoupled decay (Loshchilov and Hutter 2019). */
  adam({ values, slopes, mean, square, share, length, decay, step }: AdamStep): void {
    const { byteOffset, byteLength } = values.values;
    invariant(byteLength % 16 === 0 && byteLength === slopes.values.byteLength, "a step goes through whole fours");
    const remembered = [slopes, mean, square].map((matrix) => matrix.values.byteOffset);
    const whole = [1 / (1 - MOMENTUM ** step), 1 / (1 - MOMENTUM_SQUARED ** step)];
    this.#exports.adam(byteOffset, ...remembered, byteOffset + byteLength, share, length, length * decay, ...whole);
  }

  #addProduct(into: Matrix, a: Matrix, aRow: number, aColumn: number, b: Matrix, rows: number, inner: number): void {
    invariant(
      rows % ROW_BLOCK === 0 && into.columns % COLUMN_BLOCK === 0 && into.columns === b.columns && rows <= into.rows,
      "a product is made in whole blocks",
    );
    if (rows === 0 || inner === 0) return;
    const [to, from, by] = [into, a, b].map(({ values }) => values.byteOffset) as [number, number, number];
    this.#exports.addProduct(to, from, by, from + rows * aRow, aRow, aColumn, inner * aColumn, 4 * into.columns);
  }
}

interface Exports {
  readonly addProduct: (...numbers: readonly number[]) => void;
  readonly adam: (...numbers: readonly number[]) => void;
}

let compiled: WebAssembly.Module | undefined;

/** into += a · b: a block of four rows and eight columns is held while the inner dimension is gone through. */
function productFunction() {
  const parameters = { i32: ["into", "a", "b", "aEnd", "aRow", "aColumn", "innerBytes", "columnBytes"] } as const;
  const locals = {
    i32: ["aRow2", "aRow3", "column", "x", "y", "xEnd", "to"],
    v128: ["left", "right", "one", "low0", "low1", "low2", "low3", "high0", "high1", "high2", "high3"],
  } as const;
  return wasmFunction("addProduct", parameters, locals, (v) => {
    const low = [v.low0, v.low1, v.low2, v.low3];
    const high = [v.high0, v.high1, v.high2, v.high3];
    const held = low.map((lowAt, at) => ({
      lowAt,
      highAt: high[at] as number,
      address: add(get(v.to), times(get(v.columnBytes), i32(at))),
      from: at === 0 ? get(v.x) : add(get(v.x), get([v.aRow, v.aRow2, v.aRow3][at - 1] as number)),
    }));
    return [
      set(v.aRow2, times(get(v.aRow), i32(2))),
      set(v.aRow3, times(get(v.aRow), i32(3))),
      loop(
        v.a,
        times(get(v.aRow), i32(ROW_BLOCK)),
        get(v.aEnd),
        set(v.column, i32(0)),
        loop(
          v.column,
          i32(4 * COLUMN_BLOCK),
          get(v.columnBytes),
          set(v.to, add(get(v.into), get(v.column))),
          ...held.map(({ lowAt, highAt, address }) => [
            ...set(lowAt, four.load(address)),
            ...set(highAt, four.load(address, 16)),
          ]),
          set(v.x, get(v.a)),
          set(v.xEnd, add(get(v.a), get(v.innerBytes))),
          set(v.y, add(get(v.b), get(v.column))),
          loop(
            v.x,
            get(v.aColumn),
            get(v.xEnd),
            set(v.left, four.load(get(v.y))),
            set(v.right, four.load(get(v.y), 16)),
            ...held.map(({ lowAt, highAt, from }) => [
              ...set(v.one, four.loadOne(from)),
              ...set(lowAt, four.add(get(lowAt), four.times(get(v.one), get(v.left)))),
              ...set(highAt, four.add(get(highAt), four.times(get(v.one), get(v.right)))),
            ]),
            set(v.y, add(get(v.y), get(v.columnBytes))),
          ),
          ...held.map(({ lowAt, highAt, address }) => [
            ...four.store(address, get(lowAt)),
            ...four.store(address, get(highAt), 16),
          ]),
        ),
        set(v.into, add(get(v.into), times(get(v.columnBytes), i32(ROW_BLOCK)))),
      ),
    ];
  });
}

function adamFunction() {
  const parameters = {
    i32: ["values", "slopes", "mean", "square", "end"],
    f32: ["share", "length", "decay", "wholeMean", "wholeSquare"],
  } as const;
  const locals = { v128: ["slope", "newMean", "newSquare", "value"] } as const;
  return wasmFunction("adam", parameters, locals, (v) => {
    const fading = (kept: number, before: Code, now: Code): Code =>
      four.add(four.times(four.of(f32(kept)), before), four.times(four.of(f32(1 - kept)), now));
    const next = (pointer: number): Code => set(pointer, add(get(pointer), i32(16)));
    return [
      loop(
        v.values,
        i32(16),
        get(v.end),
        set(v.slope, four.times(four.load(get(v.slopes)), four.of(get(v.share)))),
        four.store(get(v.slopes), four.of(f32(0))),
        set(v.newMean, fading(MOMENTUM, four.load(get(v.mean)), get(v.slope))),
        set(v.newSquare, fading(MOMENTUM_SQUARED, four.load(get(v.square)), four.times(get(v.slope), get(v.slope)))),
        four.store(get(v.mean), get(v.newMean)),
        four.store(get(v.square), get(v.newSquare)),
        set(v.value, four.load(get(v.values))),
        four.store(
          get(v.values),
          four.subtract(
            four.subtract(get(v.value), four.times(four.of(get(v.decay)), get(v.value))),
            four.over(
              four.times(four.of(get(v.length)), four.times(get(v.newMean), four.of(get(v.wholeMean)))),
              four.add(four.root(four.times(get(v.newSquare), four.of(get(v.wholeSquare)))), four.of(f32(1e-8))),
            ),
          ),
        ),
        next(v.slopes),
        next(v.mean),
        next(v.square),
      ),
    ];
  });
}

import {
  add,
  type Code,
  f32,
  four,
  get,
  i32,
  loop,
  set,
  times,
  type WasmFunction,
  wasmFunction,
  wasmModule,
} from "./wasm-code.ts";

/** Rows are worked on four, columns eight at a time: a matrix has whole such blocks. */
export const ROW_BLOCK = 4;
export const COLUMN_BLOCK = 8;

export const MOMENTUM = 0.9;
export const MOMENTUM_SQUARED = 0.999;

/** The module behind `float-kernels.ts`. Addresses and strides are in bytes. */
export function floatKernelsCode(): Uint8Array<ArrayBuffer> {
  return wasmModule([product(), keepWhere(), adam()]);
}

/** into = start + a · b: a block of four rows and eight columns is held while the inner dimension is gone through. */
function product(): WasmFunction {
  const parameters = {
    i32: ["into", "start", "a", "b", "aEnd", "innerBytes", "startRow", "aRow", "aColumn", "columnBytes"],
    f32: ["floor"],
  } as const;
  const locals = {
    i32: ["aRow2", "aRow3", "column", "x", "y", "xEnd", "from", "to"],
    v128: ["left", "right", "one", "least", "low0", "low1", "low2", "low3", "high0", "high1", "high2", "high3"],
  } as const;
  return wasmFunction("product", parameters, locals, (v) => {
    const low = [v.low0, v.low1, v.low2, v.low3];
    const high = [v.high0, v.high1, v.high2, v.high3];
    const held = low.map((lowAt, at) => ({
      lowAt,
      highAt: high[at] as number,
      first: add(get(v.from), times(get(v.startRow), i32(at))),
      last: add(get(v.to), times(get(v.columnBytes), i32(at))),
      factor: at === 0 ? get(v.x) : add(get(v.x), get([v.aRow, v.aRow2, v.aRow3][at - 1] as number)),
    }));
    return [
      set(v.least, four.of(get(v.floor))),
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
          set(v.from, add(get(v.start), get(v.column))),
          set(v.to, add(get(v.into), get(v.column))),
          ...held.map(({ lowAt, highAt, first }) => [
            ...set(lowAt, four.load(first)),
            ...set(highAt, four.load(first, 16)),
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
            ...held.map(({ lowAt, highAt, factor }) => [
              ...set(v.one, four.loadOne(factor)),
              ...set(lowAt, four.add(get(lowAt), four.times(get(v.one), get(v.left)))),
              ...set(highAt, four.add(get(highAt), four.times(get(v.one), get(v.right)))),
            ]),
            set(v.y, add(get(v.y), get(v.columnBytes))),
          ),
          ...held.map(({ lowAt, highAt, last }) => [
            ...four.store(last, four.greater(get(lowAt), get(v.least))),
            ...four.store(last, four.greater(get(highAt), get(v.least)), 16),
          ]),
        ),
        set(v.start, add(get(v.start), times(get(v.startRow), i32(ROW_BLOCK)))),
        set(v.into, add(get(v.into), times(get(v.columnBytes), i32(ROW_BLOCK)))),
      ),
    ];
  });
}

/** values = values where those beside them are positive, and nought elsewhere. */
function keepWhere(): WasmFunction {
  return wasmFunction("keepWhere", { i32: ["values", "above", "end"] }, {}, (v) => [
    loop(
      v.values,
      i32(16),
      get(v.end),
      four.store(
        get(v.values),
        four.where(four.load(get(v.values)), four.isAbove(four.load(get(v.above)), four.of(f32(0)))),
      ),
      set(v.above, add(get(v.above), i32(16))),
    ),
  ]);
}

/** One step of Adam for each value; `decay` is what a step lets go of it. */
function adam(): WasmFunction {
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

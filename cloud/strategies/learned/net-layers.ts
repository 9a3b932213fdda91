import { invariant } from "@penstock/protocol/result";
import { COLUMN_BLOCK, type FloatKernels, type Matrix, ROW_BLOCK, wholeBlocks } from "./float-kernels.ts";
import type { NetWeights } from "./small-net.ts";

/** One net laid out for the kernels, with room for what a batch of rows makes of it. */
export class NetLayers {
  readonly weights: readonly Matrix[];
  readonly biases: readonly Matrix[];
  /** What each layer holds after {@link forward}; the last are the answers. */
  readonly numbers: readonly Matrix[];
  readonly #kernels: FloatKernels;
  readonly #inputs: Matrix;

  constructor(kernels: FloatKernels, net: NetWeights, sizes: readonly number[], inputs: Matrix) {
    const layers = sizes.slice(1);
    invariant(
      layers.every((size) => size % COLUMN_BLOCK === 0),
      "layers are of whole eights",
    );
    this.#kernels = kernels;
    this.#inputs = inputs;
    this.weights = layers.map((size, at) => kernels.take(at === 0 ? inputs.columns : (sizes[at] as number), size));
    this.biases = layers.map((size) => kernels.take(1, size));
    this.numbers = layers.map((size) => kernels.take(inputs.rows, size));
    for (const [layer, { values }] of this.weights.entries()) values.set(net.weights[layer] as Float32Array);
    for (const [layer, { values }] of this.biases.entries()) values.set(net.biases[layer] as Float32Array);
  }

  /** What the first `rows` rows of the inputs make, in whole blocks. */
  forward(rows: number): Matrix {
    let from = this.#inputs;
    for (const [layer, numbers] of this.numbers.entries()) {
      // Between layers what is below nothing becomes nothing.
      const floor = layer < this.numbers.length - 1 ? 0 : Number.NEGATIVE_INFINITY;
      this.#kernels.layer(numbers, from, this.weights[layer] as Matrix, this.biases[layer] as Matrix, floor, rows);
      from = numbers;
    }
    return from;
  }
}

/** A matrix for so many rows of features; the columns after them stay nought. */
export function takeInputs(kernels: FloatKernels, rows: number, features: number): Matrix {
  return kernels.take(wholeBlocks(rows, ROW_BLOCK), wholeBlocks(features, ROW_BLOCK));
}

/** Numbers that one net and a batch take room for, without the inputs. */
export function floatsOf(sizes: readonly number[], rows: number): number {
  const inner = sizes.slice(1);
  return inner.reduce((sum, size, at) => sum + size * (wholeBlocks(sizes[at] as number, ROW_BLOCK) + 1 + rows), 0);
}

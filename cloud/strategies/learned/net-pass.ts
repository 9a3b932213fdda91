import { type AdamStep, FloatKernels, type Matrix, ROW_BLOCK, wholeBlocks } from "./float-kernels.ts";
import { floatsOf, NetLayers, takeInputs } from "./net-layers.ts";
import type { NetWeights } from "./small-net.ts";

type StepLength = Pick<AdamStep, "length" | "decay" | "step">;

/** Of one part of a net: how the squared error of a batch leans on it, and what Adam remembers. */
type Leaning = Pick<AdamStep, "slopes" | "mean" | "square">;

/** One net while it is taught: forward with a batch of lessons, back again, and a step against the error. */
export class NetPass {
  readonly #kernels: FloatKernels;
  readonly #features: number;
  readonly #inputs: Matrix;
  readonly #layers: NetLayers;
  readonly #weights: readonly Leaning[];
  readonly #biases: readonly Leaning[];
  /** How the error leans on what each layer holds. */
  readonly #errors: readonly Matrix[];
  /** Weights the other way round, for the way back. */
  readonly #backWeights: readonly Matrix[];

  constructor(net: NetWeights, sizes: readonly number[], batch: number) {
    const features = sizes[0] as number;
    const kernels = new FloatKernels(batch * (features + ROW_BLOCK) + 5 * floatsOf(sizes, batch));
    this.#kernels = kernels;
    this.#features = features;
    this.#inputs = takeInputs(kernels, batch, features);
    this.#layers = new NetLayers(kernels, net, sizes, this.#inputs);
    const like = ({ rows, columns }: Matrix): Matrix => kernels.take(rows, columns);
    const leaning = (of: Matrix): Leaning => ({ slopes: like(of), mean: like(of), square: like(of) });
    this.#weights = this.#layers.weights.map(leaning);
    this.#biases = this.#layers.biases.map(leaning);
    this.#errors = this.#layers.numbers.map(like);
    this.#backWeights = this.#layers.weights.slice(1).map(({ rows, columns }) => kernels.take(columns, rows));
  }

  /** Teaches the lessons numbered in `order`, of all there are row by row. */
  learn(inputs: Float32Array, targets: Float32Array, order: Int32Array, stepLength: StepLength): void {
    for (const [row, lesson] of order.entries())
      this.#inputs.values.set(
        inputs.subarray(lesson * this.#features, (lesson + 1) * this.#features),
        row * this.#inputs.columns,
      );
    const rows = wholeBlocks(order.length, ROW_BLOCK);
    this.#compare(this.#layers.forward(rows), targets, order, rows);
    for (let layer = this.#errors.length - 1; layer > 0; layer--) this.#back(layer, rows);
    this.#lean(0, this.#inputs, rows);
    this.#step(1 / order.length, stepLength);
  }

  /** The net as it is by now. */
  net(): NetWeights {
    const { weights, biases } = this.#layers;
    const whole = ({ values }: Matrix): Float32Array => values.slice();
    return {
      weights: weights.map((matrix, layer) =>
        layer === 0 ? matrix.values.slice(0, this.#features * matrix.columns) : whole(matrix),
      ),
      biases: biases.map(whole),
    };
  }

  /** Rows that only fill a block err in nothing. */
  #compare({ values, columns }: Matrix, targets: Float32Array, order: Int32Array, rows: number): void {
    const errors = (this.#errors.at(-1) as Matrix).values;
    errors.fill(0, order.length * columns, rows * columns);
    for (let row = 0, at = 0; row < order.length; row++)
      for (let column = 0, target = (order[row] as number) * columns; column < columns; column++, at++, target++)
        errors[at] = (values[at] as number) - (targets[target] as number);
  }

  /** From the errors of a layer to those of the one below. */
  #back(layer: number, rows: number): void {
    const below = this.#layers.numbers[layer - 1] as Matrix;
    const errors = this.#errors[layer - 1] as Matrix;
    const backWeights = this.#backWeights[layer - 1] as Matrix;
    this.#lean(layer, below, rows);
    transpose(this.#layers.weights[layer] as Matrix, backWeights);
    // A number that was bent to nothing does not move with what is below it.
    this.#kernels.productWhere(errors, below, this.#errors[layer] as Matrix, backWeights, rows);
  }

  #lean(layer: number, from: Matrix, rows: number): void {
    const errors = this.#errors[layer] as Matrix;
    this.#kernels.addTransposedProduct((this.#weights[layer] as Leaning).slopes, from, errors, rows);
    const slopes = (this.#biases[layer] as Leaning).slopes.values;
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < slopes.length; column++, at++)
        slopes[column] = (slopes[column] as number) + (errors.values[at] as number);
  }

  #step(share: number, stepLength: StepLength): void {
    const { weights, biases } = this.#layers;
    for (const [layer, leaning] of this.#weights.entries())
      this.#kernels.adam({ values: weights[layer] as Matrix, ...leaning, share, ...stepLength });
    for (const [layer, leaning] of this.#biases.entries())
      this.#kernels.adam({ values: biases[layer] as Matrix, ...leaning, share, ...stepLength, decay: 0 });
  }
}

function transpose({ rows, columns, values }: Matrix, into: Matrix): void {
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at++) into.values[column * rows + row] = values[at] as number;
}

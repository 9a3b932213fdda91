import { invariant } from "@penstock/protocol/result";
import { FloatKernels, type Matrix, ROW_BLOCK, wholeBlocks } from "./float-kernels.ts";
import { floatsOf, NetLayers, takeInputs } from "./net-layers.ts";

/**
 * Several small networks that were taught the same lessons from different beginnings; their mean answers. Plain arrays,
 * so that they cross threads and go to disk as they are.
 */
export interface SmallNets {
  /** Numbers a layer, from features to outputs; all but the first in whole eights. */
  readonly sizes: readonly number[];
  /** A feature goes in as its distance from its mean in standard deviations. */
  readonly featureMean: Float32Array;
  /** One over the standard deviation; 0 of a feature that never changed. */
  readonly featureScale: Float32Array;
  readonly outputMean: Float64Array;
  readonly outputScale: number;
  readonly nets: readonly NetWeights[];
}

export interface NetWeights {
  /** Layer l: `weights[l][from · sizes[l + 1] + to]`. */
  readonly weights: readonly Float32Array[];
  readonly biases: readonly Float32Array[];
}

/** Beyond so many standard deviations a feature counts by its logarithm: one spike must not drown a net. */
const PLAIN_DEVIATIONS = 3;
/** Rows asked at a time. */
const BATCH = 32;

/** Feature number `feature` as a net sees it. */
export function netInput({ featureMean, featureScale }: SmallNets, feature: number, value: number): number {
  const away = (value - (featureMean[feature] as number)) * (featureScale[feature] as number);
  const far = Math.abs(away) - PLAIN_DEVIATIONS;
  return far <= 0 ? away : Math.sign(away) * (PLAIN_DEVIATIONS + Math.log1p(far));
}

/** Asks the nets; many rows at once cost little more than one. An answer depends on its own row alone. */
export class NetReader {
  readonly #nets: SmallNets;
  readonly #inputs: Matrix;
  readonly #layers: readonly NetLayers[];

  constructor(nets: SmallNets) {
    const { sizes } = nets;
    const features = sizes[0] as number;
    const kernels = new FloatKernels(BATCH * (features + ROW_BLOCK) + nets.nets.length * floatsOf(sizes, BATCH));
    this.#nets = nets;
    this.#inputs = takeInputs(kernels, BATCH, features);
    this.#layers = nets.nets.map((net) => new NetLayers(kernels, net, sizes, this.#inputs));
  }

  /** The mean answers to `count` rows of `x` from element `at` on, into `out` row by row. */
  ask(x: Float32Array, at: number, count: number, out: Float64Array): void {
    const outputs = this.#nets.outputMean.length;
    const features = this.#nets.featureMean.length;
    invariant(out.length >= count * outputs && x.length >= at + count * features, "there is room for the answers");
    for (let row = 0; row < count; row += BATCH) {
      const rows = Math.min(BATCH, count - row);
      this.#askBatch(x, at + row * features, rows, out.subarray(row * outputs, (row + rows) * outputs));
    }
  }

  #askBatch(x: Float32Array, at: number, rows: number, out: Float64Array): void {
    const { nets, featureMean, outputMean, outputScale } = this.#nets;
    const { values, columns } = this.#inputs;
    const features = featureMean.length;
    for (let row = 0, from = at; row < rows; row++)
      for (let feature = 0; feature < features; feature++, from++)
        values[row * columns + feature] = netInput(this.#nets, feature, x[from] as number);
    out.fill(0);
    for (const layers of this.#layers) {
      const answers = layers.forward(wholeBlocks(rows, ROW_BLOCK)).values;
      for (let index = 0; index < out.length; index++) out[index] = (out[index] as number) + (answers[index] as number);
    }
    for (let index = 0; index < out.length; index++) {
      const mean = outputMean[index % outputMean.length] as number;
      out[index] = mean + (outputScale * (out[index] as number)) / nets.length;
    }
  }
}

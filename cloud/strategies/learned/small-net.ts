import { invariant } from "@penstock/protocol/result";

/**
 * Several small networks that were taught the same lessons from different beginnings; their mean answers. Plain arrays,
 * so that they cross threads and go to disk as they are.
 */
export interface SmallNets {
  /** Numbers a layer, from features to outputs. */
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

/** Feature number `feature` as a net sees it. */
export function netInput({ featureMean, featureScale }: SmallNets, feature: number, value: number): number {
  const away = (value - (featureMean[feature] as number)) * (featureScale[feature] as number);
  const far = Math.abs(away) - PLAIN_DEVIATIONS;
  return far <= 0 ? away : Math.sign(away) * (PLAIN_DEVIATIONS + Math.log1p(far));
}

/**
 * Answers for rows that differ in a few features only: the first layer, by far the widest, is reckoned once for the
 * row they share and then amended. Always from that row, so that an answer does not depend on what was asked before.
 */
export class NetReader {
  readonly #nets: SmallNets;
  readonly #shared: Float32Array;
  /** First hidden layer of each net at the shared row, before its bend. */
  readonly #sums: readonly Float32Array[];
  readonly #layers: readonly Float32Array[];

  constructor(nets: SmallNets) {
    this.#nets = nets;
    this.#layers = nets.sizes.slice(1).map((size) => new Float32Array(size));
    this.#shared = new Float32Array(nets.sizes[0] as number);
    this.#sums = nets.nets.map(() => new Float32Array(nets.sizes[1] as number));
  }

  /** The row that begins at `at` is what the next questions have in common. */
  share(x: Float32Array, at: number): void {
    const { nets } = this.#nets;
    for (let feature = 0; feature < this.#shared.length; feature++)
      this.#shared[feature] = netInput(this.#nets, feature, x[at + feature] as number);
    for (const [index, { weights, biases }] of nets.entries()) {
      const sums = this.#sums[index] as Float32Array;
      sums.set(biases[0] as Float32Array);
      addLayer(this.#shared, weights[0] as Float32Array, sums);
    }
  }

  /** The mean answer to the row that begins at `at`, into `out`. */
  ask(x: Float32Array, at: number, out: Float64Array): void {
    const { nets, outputMean, outputScale } = this.#nets;
    const first = this.#layers[0] as Float32Array;
    const last = this.#layers.at(-1) as Float32Array;
    invariant(out.length >= last.length, "there is room for the answer");
    out.fill(0);
    for (const [index, { weights, biases }] of nets.entries()) {
      first.set(this.#sums[index] as Float32Array);
      for (let feature = 0; feature < this.#shared.length; feature++) {
        const change = netInput(this.#nets, feature, x[at + feature] as number) - (this.#shared[feature] as number);
        if (change !== 0) addRow(change, weights[0] as Float32Array, feature * first.length, first);
      }
      for (let layer = 1; layer < this.#layers.length; layer++) {
        const from = this.#layers[layer - 1] as Float32Array;
        const to = this.#layers[layer] as Float32Array;
        bend(from);
        to.set(biases[layer] as Float32Array);
        addLayer(from, weights[layer] as Float32Array, to);
      }
      for (let output = 0; output < last.length; output++)
        out[output] = (out[output] as number) + (last[output] as number) / nets.length;
    }
    for (let output = 0; output < last.length; output++)
      out[output] = (outputMean[output] as number) + outputScale * (out[output] as number);
  }
}

/** to += from · weights */
export function addLayer(from: Float32Array, weights: Float32Array, to: Float32Array): void {
  for (let index = 0; index < from.length; index++) {
    const value = from[index] as number;
    if (value !== 0) addRow(value, weights, index * to.length, to);
  }
}

function addRow(value: number, weights: Float32Array, row: number, to: Float32Array): void {
  for (let index = 0; index < to.length; index++)
    to[index] = (to[index] as number) + value * (weights[row + index] as number);
}

/** What is below nothing becomes nothing. */
export function bend(layer: Float32Array): void {
  for (let index = 0; index < layer.length; index++) if ((layer[index] as number) < 0) layer[index] = 0;
}

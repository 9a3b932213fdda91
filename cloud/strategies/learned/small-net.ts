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
  readonly weights: readonly Float64Array[];
  readonly biases: readonly Float64Array[];
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
  /** The shared row as it is and as the nets see it. */
  readonly #row: Float32Array;
  readonly #shared: Float64Array;
  /** First hidden layer of each net at the shared row, before its bend. */
  readonly #sums: readonly Float64Array[];
  readonly #layers: readonly Float64Array[];
  /** Features that differ from the shared row, and by how much. */
  readonly #changed: Int32Array;
  readonly #changes: Float64Array;

  constructor(nets: SmallNets) {
    this.#nets = nets;
    const features = nets.sizes[0] as number;
    this.#layers = nets.sizes.slice(1).map((size) => new Float64Array(size));
    this.#row = new Float32Array(features);
    this.#shared = new Float64Array(features);
    this.#sums = nets.nets.map(() => new Float64Array(nets.sizes[1] as number));
    this.#changed = new Int32Array(features);
    this.#changes = new Float64Array(features);
  }

  /** The row that begins at `at` is what the next questions have in common. */
  share(x: Float32Array, at: number): void {
    const { nets } = this.#nets;
    this.#row.set(x.subarray(at, at + this.#row.length));
    for (let feature = 0; feature < this.#shared.length; feature++)
      this.#shared[feature] = netInput(this.#nets, feature, this.#row[feature] as number);
    for (const [index, { weights, biases }] of nets.entries()) {
      const sums = this.#sums[index] as Float64Array;
      sums.set(biases[0] as Float64Array);
      addLayer(this.#shared, weights[0] as Float64Array, sums);
    }
  }

  /** The mean answer to the row that begins at `at`, into `out`. */
  ask(x: Float32Array, at: number, out: Float64Array): void {
    const { nets, outputMean, outputScale } = this.#nets;
    const first = this.#layers[0] as Float64Array;
    const last = this.#layers.at(-1) as Float64Array;
    invariant(out.length >= last.length, "there is room for the answer");
    const changes = this.#change(x, at);
    out.fill(0);
    for (const [index, { weights, biases }] of nets.entries()) {
      first.set(this.#sums[index] as Float64Array);
      for (let change = 0; change < changes; change++) {
        const row = (this.#changed[change] as number) * first.length;
        addRow(this.#changes[change] as number, weights[0] as Float64Array, row, first);
      }
      for (let layer = 1; layer < this.#layers.length; layer++) {
        const from = this.#layers[layer - 1] as Float64Array;
        const to = this.#layers[layer] as Float64Array;
        bend(from);
        to.set(biases[layer] as Float64Array);
        addLayer(from, weights[layer] as Float64Array, to);
      }
      for (let output = 0; output < last.length; output++)
        out[output] = (out[output] as number) + (last[output] as number) / nets.length;
    }
    for (let output = 0; output < last.length; output++)
      out[output] = (outputMean[output] as number) + outputScale * (out[output] as number);
  }

  /** How many features differ from the shared row; the same for every net. */
  #change(x: Float32Array, at: number): number {
    let count = 0;
    for (let feature = 0; feature < this.#row.length; feature++) {
      const value = x[at + feature] as number;
      if (value === this.#row[feature]) continue;
      this.#changed[count] = feature;
      this.#changes[count++] = netInput(this.#nets, feature, value) - (this.#shared[feature] as number);
    }
    return count;
  }
}

/** to += from · weights, two rows of weights at a time. */
export function addLayer(from: Float64Array, weights: Float64Array, to: Float64Array): void {
  const size = to.length;
  let index = 0;
  for (; index + 1 < from.length; index += 2) {
    const one = from[index] as number;
    const two = from[index + 1] as number;
    if (one === 0 && two === 0) continue;
    for (let at = index * size, next = at + size, k = 0; k < size; k++)
      to[k] = (to[k] as number) + one * (weights[at + k] as number) + two * (weights[next + k] as number);
  }
  if (index < from.length) addRow(from[index] as number, weights, index * size, to);
}

function addRow(value: number, weights: Float64Array, row: number, to: Float64Array): void {
  for (let index = 0; index < to.length; index++)
    to[index] = (to[index] as number) + value * (weights[row + index] as number);
}

/** What is below nothing becomes nothing. */
export function bend(layer: Float64Array): void {
  for (let index = 0; index < layer.length; index++) if ((layer[index] as number) < 0) layer[index] = 0;
}

import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { type Lessons, OUTPUTS } from "./boosted-trees.ts";
import { addLayer, bend, type NetWeights, netInput, type SmallNets } from "./small-net.ts";

export interface NetSettings {
  readonly nets: number;
  /** Numbers in each layer between features and outputs. */
  readonly hidden: readonly number[];
  /** How often each lesson is gone through. */
  readonly rounds: number;
  /** The longest step; it warms up over the first batches and falls to nothing along half a cosine. */
  readonly rate: number;
  /** Share of a weight that is let go with each step, of the step. */
  readonly decay: number;
  readonly seed: string;
}

const BATCH = 64;
const WARM_UP_STEPS = 50;
const MOMENTUM = 0.9;
const MOMENTUM_SQUARED = 0.999;

/**
 * Teaches networks of rectified layers by squared error, in small batches, with Adam and decoupled weight decay
 * (Kingma and Ba 2015; Loshchilov and Hutter 2019). Where trees answer in steps a net answers smoothly, and errs
 * elsewhere: the two together know more than either.
 */
export function trainNets(lessons: Lessons, settings: NetSettings): SmallNets {
  const { rows, features, x, y } = lessons;
  invariant(rows > 0 && x.length >= rows * features && y.length >= rows * OUTPUTS, "lessons are whole");
  const shape: SmallNets = {
    sizes: [features, ...settings.hidden, OUTPUTS],
    ...featureSpread(lessons),
    ...outputSpread(lessons),
    nets: [],
  };
  const inputs = new Float32Array(rows * features);
  for (let at = 0; at < inputs.length; at++) inputs[at] = netInput(shape, at % features, x[at] as number);
  const targets = new Float32Array(rows * OUTPUTS);
  for (let at = 0; at < targets.length; at++)
    targets[at] = ((y[at] as number) - (shape.outputMean[at % OUTPUTS] as number)) / shape.outputScale;
  const nets = Array.from({ length: settings.nets }, (_, index) =>
    trainNet(shape.sizes, inputs, targets, settings, new Rng(`${settings.seed}-${index}`)),
  );
  return { ...shape, nets };
}

function trainNet(
  sizes: readonly number[],
  inputs: Float32Array,
  targets: Float32Array,
  { rounds, rate, decay }: NetSettings,
  rng: Rng,
): NetWeights {
  const net = newNet(sizes, rng);
  const pass = new Pass(net, sizes);
  const weights = net.weights.map((values) => new Adam(values, decay));
  const biases = net.biases.map((values) => new Adam(values, 0));
  const features = sizes[0] as number;
  const order = Int32Array.from({ length: inputs.length / features }, (_, row) => row);
  const steps = rounds * Math.ceil(order.length / BATCH);
  for (let round = 0, step = 1; round < rounds; round++) {
    shuffle(order, rng);
    for (let from = 0; from < order.length; from += BATCH, step++) {
      const batch = order.subarray(from, from + BATCH);
      for (const row of batch)
        pass.learn(
          inputs.subarray(row * features, (row + 1) * features),
          targets.subarray(row * OUTPUTS, (row + 1) * OUTPUTS),
        );
      const length = rate * Math.min(1, step / WARM_UP_STEPS) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
      for (const [layer, slopes] of pass.weightSlopes.entries())
        weights[layer]?.step(slopes, batch.length, length, step);
      for (const [layer, slopes] of pass.biasSlopes.entries()) biases[layer]?.step(slopes, batch.length, length, step);
    }
  }
  return net;
}

/** Forward, and back again: adds up how the squared error of each lesson leans on every weight. */
class Pass {
  readonly weightSlopes: readonly Float32Array[];
  readonly biasSlopes: readonly Float32Array[];
  readonly #net: NetWeights;
  readonly #layers: readonly Float32Array[];
  readonly #errors: readonly Float32Array[];

  constructor(net: NetWeights, sizes: readonly number[]) {
    this.#net = net;
    this.#layers = sizes.slice(1).map((size) => new Float32Array(size));
    this.#errors = sizes.slice(1).map((size) => new Float32Array(size));
    this.weightSlopes = net.weights.map((values) => new Float32Array(values.length));
    this.biasSlopes = net.biases.map((values) => new Float32Array(values.length));
  }

  learn(input: Float32Array, target: Float32Array): void {
    const { weights, biases } = this.#net;
    const last = this.#layers.length - 1;
    for (const [layer, values] of this.#layers.entries()) {
      values.set(biases[layer] as Float32Array);
      addLayer(layer === 0 ? input : (this.#layers[layer - 1] as Float32Array), weights[layer] as Float32Array, values);
      if (layer < last) bend(values);
    }
    const answer = this.#layers[last] as Float32Array;
    const error = this.#errors[last] as Float32Array;
    for (let output = 0; output < error.length; output++)
      error[output] = (answer[output] as number) - (target[output] as number);
    for (let layer = last; layer > 0; layer--) this.#back(layer);
    lean(input, this.#errors[0] as Float32Array, this.weightSlopes[0] as Float32Array);
    add(this.#errors[0] as Float32Array, this.biasSlopes[0] as Float32Array);
  }

  #back(layer: number): void {
    const from = this.#layers[layer - 1] as Float32Array;
    const error = this.#errors[layer] as Float32Array;
    const before = this.#errors[layer - 1] as Float32Array;
    const weights = this.#net.weights[layer] as Float32Array;
    lean(from, error, this.weightSlopes[layer] as Float32Array);
    add(error, this.biasSlopes[layer] as Float32Array);
    for (let index = 0; index < from.length; index++) {
      let sum = 0;
      // A bent number does not move with what is below it.
      if ((from[index] as number) > 0)
        for (let to = 0, at = index * error.length; to < error.length; to++, at++)
          sum += (error[to] as number) * (weights[at] as number);
      before[index] = sum;
    }
  }
}

/** slopes += from ⊗ error */
function lean(from: Float32Array, error: Float32Array, slopes: Float32Array): void {
  for (let index = 0; index < from.length; index++) {
    const value = from[index] as number;
    if (value === 0) continue;
    for (let to = 0, at = index * error.length; to < error.length; to++, at++)
      slopes[at] = (slopes[at] as number) + value * (error[to] as number);
  }
}

function add(values: Float32Array, to: Float32Array): void {
  for (let index = 0; index < values.length; index++) to[index] = (to[index] as number) + (values[index] as number);
}

class Adam {
  readonly #values: Float32Array;
  readonly #mean: Float32Array;
  readonly #square: Float32Array;
  readonly #decay: number;

  constructor(values: Float32Array, decay: number) {
    this.#values = values;
    this.#decay = decay;
    this.#mean = new Float32Array(values.length);
    this.#square = new Float32Array(values.length);
  }

  /** One step against the mean slope of `count` lessons; the sums begin anew. */
  step(slopes: Float32Array, count: number, length: number, step: number): void {
    const wholeMean = 1 - MOMENTUM ** step;
    const wholeSquare = 1 - MOMENTUM_SQUARED ** step;
    for (let at = 0; at < slopes.length; at++) {
      const slope = (slopes[at] as number) / count;
      slopes[at] = 0;
      const mean = MOMENTUM * (this.#mean[at] as number) + (1 - MOMENTUM) * slope;
      const square = MOMENTUM_SQUARED * (this.#square[at] as number) + (1 - MOMENTUM_SQUARED) * slope * slope;
      this.#mean[at] = mean;
      this.#square[at] = square;
      const value = this.#values[at] as number;
      const move = mean / wholeMean / (Math.sqrt(square / wholeSquare) + 1e-8);
      this.#values[at] = value - length * (move + this.#decay * value);
    }
  }
}

/** Weights so spread that numbers keep their size from layer to layer (He et al. 2015); the last answers little at first. */
function newNet(sizes: readonly number[], rng: Rng): NetWeights {
  const last = sizes.length - 2;
  return {
    weights: sizes.slice(1).map((size, layer) => {
      const from = sizes[layer] as number;
      const spread = Math.sqrt(2 / from) * (layer === last ? 0.1 : 1);
      return Float32Array.from({ length: from * size }, () => spread * rng.normal());
    }),
    biases: sizes.slice(1).map((size) => new Float32Array(size)),
  };
}

function shuffle(order: Int32Array, rng: Rng): void {
  for (let at = order.length - 1; at > 0; at--) {
    const other = rng.integer(0, at + 1);
    const held = order[at] as number;
    order[at] = order[other] as number;
    order[other] = held;
  }
}

function featureSpread({ rows, features, x }: Lessons): { featureMean: Float32Array; featureScale: Float32Array } {
  const featureMean = new Float32Array(features);
  const featureScale = new Float32Array(features);
  for (let feature = 0; feature < features; feature++) {
    let mean = 0;
    for (let row = 0; row < rows; row++) mean += (x[row * features + feature] as number) / rows;
    let square = 0;
    for (let row = 0; row < rows; row++) square += ((x[row * features + feature] as number) - mean) ** 2 / rows;
    featureMean[feature] = mean;
    featureScale[feature] = square > 1e-12 ? 1 / Math.sqrt(square) : 0;
  }
  return { featureMean, featureScale };
}

/** Every output on its own mean but one scale: an error of a dollar weighs the same in each. */
function outputSpread({ rows, y }: Lessons): { outputMean: Float64Array; outputScale: number } {
  const outputMean = new Float64Array(OUTPUTS);
  const count = rows * OUTPUTS;
  for (let at = 0; at < count; at++)
    outputMean[at % OUTPUTS] = (outputMean[at % OUTPUTS] as number) + (y[at] as number) / rows;
  let square = 0;
  for (let at = 0; at < count; at++) square += ((y[at] as number) - (outputMean[at % OUTPUTS] as number)) ** 2 / count;
  return { outputMean, outputScale: square > 1e-12 ? Math.sqrt(square) : 1 };
}

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
  const inputs = new Float64Array(rows * features);
  for (let at = 0; at < inputs.length; at++) inputs[at] = netInput(shape, at % features, x[at] as number);
  const targets = new Float64Array(rows * OUTPUTS);
  for (let at = 0; at < targets.length; at++)
    targets[at] = ((y[at] as number) - (shape.outputMean[at % OUTPUTS] as number)) / shape.outputScale;
  const nets = Array.from({ length: settings.nets }, (_, index) =>
    trainNet(shape.sizes, inputs, targets, settings, new Rng(`${settings.seed}-${index}`)),
  );
  return { ...shape, nets };
}

function trainNet(
  sizes: readonly number[],
  inputs: Float64Array,
  targets: Float64Array,
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
      pass.finish();
      for (const [layer, slopes] of pass.weightSlopes.entries())
        weights[layer]?.step(slopes, batch.length, length, step);
      for (const [layer, slopes] of pass.biasSlopes.entries()) biases[layer]?.step(slopes, batch.length, length, step);
    }
  }
  return net;
}

/** Forward, and back again: adds up how the squared error of each lesson leans on every weight. */
class Pass {
  readonly weightSlopes: readonly Float64Array[];
  readonly biasSlopes: readonly Float64Array[];
  readonly #net: NetWeights;
  readonly #layers: readonly Float64Array[];
  readonly #errors: readonly Float64Array[];
  readonly #inputs: Float64Array[] = [];
  readonly #heldErrors: readonly Float64Array[];
  #held = 0;

  constructor(net: NetWeights, sizes: readonly number[]) {
    this.#net = net;
    this.#layers = sizes.slice(1).map((size) => new Float64Array(size));
    this.#errors = sizes.slice(1).map((size) => new Float64Array(size));
    this.#heldErrors = Array.from({ length: 4 }, () => new Float64Array(sizes[1] as number));
    this.weightSlopes = net.weights.map((values) => new Float64Array(values.length));
    this.biasSlopes = net.biases.map((values) => new Float64Array(values.length));
  }

  learn(input: Float64Array, target: Float64Array): void {
    const { weights, biases } = this.#net;
    const last = this.#layers.length - 1;
    for (const [layer, values] of this.#layers.entries()) {
      values.set(biases[layer] as Float64Array);
      addLayer(layer === 0 ? input : (this.#layers[layer - 1] as Float64Array), weights[layer] as Float64Array, values);
      if (layer < last) bend(values);
    }
    const answer = this.#layers[last] as Float64Array;
    const error = this.#errors[last] as Float64Array;
    for (let output = 0; output < error.length; output++)
      error[output] = (answer[output] as number) - (target[output] as number);
    for (let layer = last; layer > 0; layer--) this.#back(layer);
    this.#leanLater(input);
    add(this.#errors[0] as Float64Array, this.biasSlopes[0] as Float64Array);
  }

  /** The slopes are whole after this. */
  finish(): void {
    const slopes = this.weightSlopes[0] as Float64Array;
    for (let held = 0; held < this.#held; held++)
      lean(this.#inputs[held] as Float64Array, this.#heldErrors[held] as Float64Array, slopes);
    this.#held = 0;
  }

  /** The first layer is by far the widest: its slopes take four lessons at a time, and so are read and written less. */
  #leanLater(input: Float64Array): void {
    this.#inputs[this.#held] = input;
    (this.#heldErrors[this.#held] as Float64Array).set(this.#errors[0] as Float64Array);
    this.#held++;
    if (this.#held < 4) return;
    leanFour(this.#inputs, this.#heldErrors, this.weightSlopes[0] as Float64Array);
    this.#held = 0;
  }

  #back(layer: number): void {
    const from = this.#layers[layer - 1] as Float64Array;
    const error = this.#errors[layer] as Float64Array;
    const before = this.#errors[layer - 1] as Float64Array;
    const weights = this.#net.weights[layer] as Float64Array;
    lean(from, error, this.weightSlopes[layer] as Float64Array);
    add(error, this.biasSlopes[layer] as Float64Array);
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
function lean(from: Float64Array, error: Float64Array, slopes: Float64Array): void {
  for (let index = 0; index < from.length; index++) {
    const value = from[index] as number;
    if (value === 0) continue;
    for (let to = 0, at = index * error.length; to < error.length; to++, at++)
      slopes[at] = (slopes[at] as number) + value * (error[to] as number);
  }
}

/** The same for four lessons. */
function leanFour(from: readonly Float64Array[], errors: readonly Float64Array[], slopes: Float64Array): void {
  const [fromA, fromB, fromC, fromD] = from as [Float64Array, Float64Array, Float64Array, Float64Array];
  const [a, b, c, d] = errors as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let index = 0, at = 0; index < fromA.length; index++) {
    const one = fromA[index] as number;
    const two = fromB[index] as number;
    const three = fromC[index] as number;
    const four = fromD[index] as number;
    for (let to = 0; to < a.length; to++, at++)
      slopes[at] =
        (slopes[at] as number) +
        one * (a[to] as number) +
        two * (b[to] as number) +
        three * (c[to] as number) +
        four * (d[to] as number);
  }
}

function add(values: Float64Array, to: Float64Array): void {
  for (let index = 0; index < values.length; index++) to[index] = (to[index] as number) + (values[index] as number);
}

class Adam {
  readonly #values: Float64Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  readonly #decay: number;

  constructor(values: Float64Array, decay: number) {
    this.#values = values;
    this.#decay = decay;
    this.#mean = new Float64Array(values.length);
    this.#square = new Float64Array(values.length);
  }

  /** One step against the mean slope of `count` lessons; the sums begin anew. */
  step(slopes: Float64Array, count: number, length: number, step: number): void {
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
      return Float64Array.from({ length: from * size }, () => spread * rng.normal());
    }),
    biases: sizes.slice(1).map((size) => new Float64Array(size)),
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

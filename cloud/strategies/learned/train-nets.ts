import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { type Lessons, OUTPUTS } from "./lessons.ts";
import { NetPass } from "./net-pass.ts";
import { type NetWeights, netInput, type SmallNets } from "./small-net.ts";

export interface NetSettings {
  readonly nets: number;
  /** Numbers in each layer between features and outputs, in whole eights. */
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

/**
 * Teaches networks of rectified layers by squared error, in small batches, with Adam and decoupled weight decay
 * (Kingma and Ba 2015; Loshchilov and Hutter 2019).
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
  for (let row = 0, at = 0; row < rows; row++)
    for (let feature = 0; feature < features; feature++, at++) inputs[at] = netInput(shape, feature, x[at] as number);
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
  const pass = new NetPass(newNet(sizes, rng), sizes, BATCH);
  const features = sizes[0] as number;
  const order = Int32Array.from({ length: inputs.length / features }, (_, row) => row);
  const steps = rounds * Math.ceil(order.length / BATCH);
  for (let round = 0, step = 1; round < rounds; round++) {
    shuffle(order, rng);
    for (let from = 0; from < order.length; from += BATCH, step++) {
      const length = rate * Math.min(1, step / WARM_UP_STEPS) * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
      pass.learn(inputs, targets, order.subarray(from, from + BATCH), { length, decay, step });
    }
  }
  return pass.net();
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

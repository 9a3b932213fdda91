/**
 * Features as small numbers: the values of each are cut into about equally full bins, so that a split is looked for
 * among tens of cuts instead of thousands of values. A missing value (NaN) is in the lowest bin.
 */
export class FeatureBins {
  static readonly BINS = 64;
  readonly features: number;
  readonly rows: number;
  /** Row-major, a byte a feature. */
  readonly bins: Uint8Array;
  readonly #cuts: readonly Float64Array[];

  /** `values` is row-major. */
  constructor(values: Float64Array, features: number) {
    this.features = features;
    this.rows = values.length / features;
    this.bins = new Uint8Array(values.length);
    this.#cuts = Array.from({ length: features }, (_, feature) => cutsOf(values, features, feature));
    for (let feature = 0; feature < features; feature++) {
      const cuts = this.#cuts[feature] as Float64Array;
      for (let at = feature; at < values.length; at += features) this.bins[at] = binOf(cuts, values[at] as number);
    }
  }

  /** The value that separates a bin from the one above it; undefined above the last cut. */
  cut(feature: number, bin: number): number | undefined {
    return this.#cuts[feature]?.[bin];
  }
}

/** How many rows are looked at to place the cuts of a feature, at most. */
const SAMPLE_MAX = 20_000;

function cutsOf(values: Float64Array, features: number, feature: number): Float64Array {
  const rows = values.length / features;
  const step = Math.max(1, Math.floor(rows / SAMPLE_MAX));
  const sample = new Float64Array(Math.ceil(rows / step));
  let count = 0;
  for (let row = 0; row < rows; row += step) {
    const value = values[row * features + feature] as number;
    if (!Number.isNaN(value)) sample[count++] = value;
  }
  const sorted = sample.subarray(0, count).sort();
  const cuts: number[] = [];
  for (let bin = 1; bin < FeatureBins.BINS; bin++) {
    const at = Math.floor((bin * count) / FeatureBins.BINS);
    const [below, above] = [sorted[at - 1], sorted[at]];
    if (below === undefined || above === undefined || below === above) continue;
    const cut = below + (above - below) / 2;
    if (cut !== cuts.at(-1)) cuts.push(cut);
  }
  return Float64Array.from(cuts);
}

/** The first bin whose cut is not below a value. */
function binOf(cuts: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > (cuts[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

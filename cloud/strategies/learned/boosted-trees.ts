import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";

/** What every tree answers: this many numbers at once, so that one set of splits serves a whole curve. */
export const OUTPUTS = 8;

export interface TreeSettings {
  readonly trees: number;
  /** Questions a tree asks; it has 2^depth leaves. */
  readonly depth: number;
  /** Share of each tree's correction that is taken. */
  readonly rate: number;
  /** Draws leaves of few rows towards no correction, in rows. */
  readonly shrinkRows: number;
  /** Parts of rows and features each tree looks at. */
  readonly rowShare: number;
  readonly featureShare: number;
  readonly seed: string;
}

/** Rows of features, row by row, and what each row should have answered. */
export interface Lessons {
  readonly rows: number;
  readonly features: number;
  readonly x: Float32Array;
  /** `rows · OUTPUTS`. */
  readonly y: Float32Array;
}

/** A trained ensemble: plain arrays, so that it crosses threads and goes to disk as it is. */
export interface BoostedTrees {
  readonly depth: number;
  readonly base: Float64Array;
  /** Question `tree · depth + level`: is `x[feature] >= threshold`? */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  /** `(tree · 2^depth + leaf) · OUTPUTS`. */
  readonly leaves: Float32Array;
}

const BINS = 32;

/**
 * Gradient boosting of oblivious trees for squared error:
 *
 *   F_0 = mean y      F_m(x) = F_{m−1}(x) + ρ · Σ_{i∈leaf(x)} (y_i − F_{m−1}(x_i)) / (|leaf(x)| + λ)
 *
 * All nodes of one level ask the same question, the one that removes most squared error over all outputs. That keeps
 * a tree from learning single days by heart, and makes an answer a handful of comparisons.
 */
export function trainTrees(lessons: Lessons, settings: TreeSettings): BoostedTrees {
  const { rows, features, x, y } = lessons;
  invariant(rows > 0 && x.length >= rows * features && y.length >= rows * OUTPUTS, "lessons are whole");
  const { trees, depth, rate, shrinkRows, rowShare, featureShare } = settings;
  const rng = new Rng(settings.seed);
  const edges = Array.from({ length: features }, (_, feature) => edgesOf(lessons, feature));
  const bins = edges.map((edge, feature) => binsOf(lessons, feature, edge));
  const base = meansOf(y, rows);
  const residual = new Float32Array(rows * OUTPUTS);
  for (let at = 0; at < residual.length; at++) residual[at] = (y[at] as number) - (base[at % OUTPUTS] as number);

  const leafCount = 1 << depth;
  const made = {
    depth,
    base,
    feature: new Int32Array(trees * depth),
    threshold: new Float32Array(trees * depth).fill(Number.POSITIVE_INFINITY),
    leaves: new Float32Array(trees * leafCount * OUTPUTS),
  };
  const node = new Uint8Array(rows);
  const chosen = new Int32Array(rows);
  const histograms = Array.from(edges, () => new Histogram(leafCount / 2));
  for (let tree = 0; tree < trees; tree++) {
    let count = 0;
    for (let row = 0; row < rows; row++) if (rng.uniform() < rowShare) chosen[count++] = row;
    const asked = [...edges.keys()].filter(
      (feature) => rng.uniform() < featureShare && (edges[feature] as Float32Array).length > 0,
    );
    node.fill(0);
    for (let level = 0; level < depth; level++) {
      const seen = rowsToCount(node, chosen.subarray(0, count), level);
      let best: Split = { gain: 0, feature: -1, bin: 0 };
      for (const feature of asked) {
        const used = (histograms[feature] as Histogram).take(level, seen, bins[feature] as Uint8Array, node, residual);
        const split = bestSplit(used, 1 << level, (edges[feature] as Float32Array).length, shrinkRows);
        if (split.gain > best.gain) best = { ...split, feature };
      }
      const question = tree * depth + level;
      const answers = best.feature >= 0 ? (bins[best.feature] as Uint8Array) : undefined;
      if (answers !== undefined) {
        made.feature[question] = best.feature;
        made.threshold[question] = (edges[best.feature] as Float32Array)[best.bin] as number;
      }
      for (let row = 0; row < rows; row++)
        node[row] = 2 * (node[row] as number) + (answers !== undefined && (answers[row] as number) > best.bin ? 1 : 0);
    }
    const leaves = made.leaves.subarray(tree * leafCount * OUTPUTS, (tree + 1) * leafCount * OUTPUTS);
    fillLeaves(leaves, node, chosen, count, residual, rate, shrinkRows);
    for (let row = 0; row < rows; row++) {
      const leaf = (node[row] as number) * OUTPUTS;
      for (let k = 0; k < OUTPUTS; k++)
        residual[row * OUTPUTS + k] = (residual[row * OUTPUTS + k] as number) - (leaves[leaf + k] as number);
    }
  }
  return made;
}

/** What the ensemble answers to the features that begin at `at`, into `out`. */
export function askTrees(model: BoostedTrees, x: Float32Array, at: number, out: Float64Array): void {
  const { depth, feature, threshold, leaves } = model;
  const trees = feature.length / depth;
  for (let k = 0; k < OUTPUTS; k++) out[k] = model.base[k] as number;
  for (let tree = 0, question = 0; tree < trees; tree++) {
    let leaf = 0;
    for (let level = 0; level < depth; level++, question++)
      leaf = 2 * leaf + ((x[at + (feature[question] as number)] as number) >= (threshold[question] as number) ? 1 : 0);
    const from = (tree * (1 << depth) + leaf) * OUTPUTS;
    for (let k = 0; k < OUTPUTS; k++) out[k] = (out[k] as number) + (leaves[from + k] as number);
  }
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

/** Rows, then the sum of each output's residuals: one cell of a histogram. */
const STRIDE = OUTPUTS + 1;

/** At each level after the first only the smaller half of every split is counted: the other is what is left of the whole. */
interface SeenRows {
  readonly rows: Int32Array;
  /** Whether a node's own rows are in `rows`; each pair of siblings has one that is. */
  readonly isCounted: Uint8Array;
}

function rowsToCount(node: Uint8Array, chosen: Int32Array, level: number): SeenRows {
  const isCounted = new Uint8Array(1 << level);
  if (level === 0) return { rows: chosen, isCounted: isCounted.fill(1) };
  const rowsIn = new Int32Array(1 << level);
  for (const row of chosen) rowsIn[node[row] as number] = (rowsIn[node[row] as number] as number) + 1;
  for (let left = 0; left < isCounted.length; left += 2) {
    const smaller = (rowsIn[left] as number) <= (rowsIn[left + 1] as number) ? left : left + 1;
    isCounted[smaller] = 1;
  }
  return { rows: chosen.filter((row) => isCounted[node[row] as number] === 1), isCounted };
}

/** Of one feature: residuals summed by node and bin, for the nodes of one level after another. */
class Histogram {
  #now: Float64Array;
  #before: Float64Array;

  constructor(nodesMax: number) {
    this.#now = new Float64Array(nodesMax * BINS * STRIDE);
    this.#before = new Float64Array(nodesMax * BINS * STRIDE);
  }

  take(level: number, { rows, isCounted }: SeenRows, bins: Uint8Array, node: Uint8Array, residual: Float32Array) {
    [this.#now, this.#before] = [this.#before, this.#now];
    const now = this.#now.subarray(0, (1 << level) * BINS * STRIDE).fill(0);
    gather(now, bins, node, rows, residual);
    const size = BINS * STRIDE;
    for (let other = 0; other < isCounted.length; other++) {
      if (isCounted[other] === 1) continue;
      const whole = (other >> 1) * size;
      const counted = (other ^ 1) * size;
      for (let at = 0; at < size; at++)
        now[other * size + at] = (this.#before[whole + at] as number) - (now[counted + at] as number);
    }
    return now;
  }
}

function gather(
  histogram: Float64Array,
  bins: Uint8Array,
  node: Uint8Array,
  rows: Int32Array,
  residual: Float32Array,
): void {
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    const cell = ((node[row] as number) * BINS + (bins[row] as number)) * STRIDE;
    const from = row * OUTPUTS;
    histogram[cell] = (histogram[cell] as number) + 1;
    // Written out: this line is where training spends its time, and a loop over outputs takes twice as long.
    histogram[cell + 1] = (histogram[cell + 1] as number) + (residual[from] as number);
    histogram[cell + 2] = (histogram[cell + 2] as number) + (residual[from + 1] as number);
    histogram[cell + 3] = (histogram[cell + 3] as number) + (residual[from + 2] as number);
    histogram[cell + 4] = (histogram[cell + 4] as number) + (residual[from + 3] as number);
    histogram[cell + 5] = (histogram[cell + 5] as number) + (residual[from + 4] as number);
    histogram[cell + 6] = (histogram[cell + 6] as number) + (residual[from + 5] as number);
    histogram[cell + 7] = (histogram[cell + 7] as number) + (residual[from + 6] as number);
    histogram[cell + 8] = (histogram[cell + 8] as number) + (residual[from + 7] as number);
  }
}

/** The edge between bins that explains most: Σ over nodes and sides of (Σ residual)² / (rows + λ). */
function bestSplit(histogram: Float64Array, nodes: number, edgeCount: number, shrinkRows: number): Split {
  const gains = new Float64Array(edgeCount);
  const total = new Float64Array(STRIDE);
  const left = new Float64Array(STRIDE);
  for (let node = 0; node < nodes; node++) {
    const from = node * BINS * STRIDE;
    total.fill(0);
    left.fill(0);
    for (let bin = 0; bin <= edgeCount; bin++)
      for (let k = 0; k < STRIDE; k++) total[k] = (total[k] as number) + (histogram[from + bin * STRIDE + k] as number);
    for (let bin = 0; bin < edgeCount; bin++) {
      let ours = 0;
      let theirs = 0;
      for (let k = 0; k < STRIDE; k++) {
        const sum = (left[k] as number) + (histogram[from + bin * STRIDE + k] as number);
        left[k] = sum;
        if (k === 0) continue;
        const rest = (total[k] as number) - sum;
        ours += sum * sum;
        theirs += rest * rest;
      }
      const rowsLeft = left[0] as number;
      const rowsRight = (total[0] as number) - rowsLeft;
      gains[bin] = (gains[bin] as number) + ours / (rowsLeft + shrinkRows) + theirs / (rowsRight + shrinkRows);
    }
  }
  let bin = 0;
  for (let at = 1; at < edgeCount; at++) if ((gains[at] as number) > (gains[bin] as number)) bin = at;
  return { gain: gains[bin] as number, feature: -1, bin };
}

function fillLeaves(
  leaves: Float32Array,
  node: Uint8Array,
  chosen: Int32Array,
  count: number,
  residual: Float32Array,
  rate: number,
  shrinkRows: number,
): void {
  const rowsIn = new Float64Array(leaves.length / OUTPUTS);
  for (let at = 0; at < count; at++) {
    const row = chosen[at] as number;
    const leaf = node[row] as number;
    rowsIn[leaf] = (rowsIn[leaf] as number) + 1;
    for (let k = 0; k < OUTPUTS; k++)
      leaves[leaf * OUTPUTS + k] = (leaves[leaf * OUTPUTS + k] as number) + (residual[row * OUTPUTS + k] as number);
  }
  for (let at = 0; at < leaves.length; at++)
    leaves[at] = ((leaves[at] as number) * rate) / ((rowsIn[Math.floor(at / OUTPUTS)] as number) + shrinkRows);
}

/** Ascending quantiles of a feature, from a spread of rows; none when it never changes. */
function edgesOf({ rows, features, x }: Lessons, feature: number): Float32Array {
  const looked = Math.min(rows, 8_000);
  const sorted = Float32Array.from(
    { length: looked },
    (_, at) => x[Math.floor((at * rows) / looked) * features + feature] as number,
  ).sort();
  const edges: number[] = [];
  for (let bin = 1; bin < BINS; bin++) {
    const edge = sorted[Math.floor((bin * looked) / BINS)] as number;
    if (edge > (edges.at(-1) ?? (sorted[0] as number))) edges.push(edge);
  }
  return Float32Array.from(edges);
}

/** How many edges each row's value has reached. */
function binsOf({ rows, features, x }: Lessons, feature: number, edges: Float32Array): Uint8Array {
  const bins = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    const value = x[row * features + feature] as number;
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value >= (edges[middle] as number)) low = middle + 1;
      else high = middle;
    }
    bins[row] = low;
  }
  return bins;
}

function meansOf(y: Float32Array, rows: number): Float64Array {
  const means = new Float64Array(OUTPUTS);
  for (let at = 0; at < rows * OUTPUTS; at++)
    means[at % OUTPUTS] = (means[at % OUTPUTS] as number) + (y[at] as number) / rows;
  return means;
}

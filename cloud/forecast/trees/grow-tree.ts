import { FeatureBins } from "./feature-bins.ts";

export interface GrownTree {
  readonly nodes: number;
  /** By node, −1 at a leaf. A row whose bin is above `splitBin` goes right. */
  readonly feature: number[];
  readonly splitBin: number[];
  readonly left: number[];
  readonly right: number[];
}

/**
 * One tree, leaf by leaf: of all leaves the one is split whose best split explains most of the gradient,
 *
 *   gain = G_left² / n_left + G_right² / n_right − G² / n
 *
 * with G the sum of a leaf's gradients. Of two children only the smaller is counted anew; the other is what is left of
 * their parent. `leafOf` tells afterwards in which leaf each of the rows it was grown on ended.
 */
export function growTree(
  bins: FeatureBins,
  gradient: Float64Array,
  rows: Int32Array,
  features: Int32Array,
  { leavesMax, rowsPerLeafMin }: { readonly leavesMax: number; readonly rowsPerLeafMin: number },
  leafOf: Int32Array,
): GrownTree {
  const order = rows.slice();
  const spare = new Int32Array(rows.length);
  const tree: GrownTree = { nodes: 1, feature: [-1], splitBin: [0], left: [0], right: [0] };
  const leafFrom = (node: number, start: number, end: number, histogram: Histogram): Leaf => ({
    node,
    start,
    end,
    histogram,
    split: bestSplit(histogram, features, end - start, rowsPerLeafMin),
  });
  const whole = histogramOf(bins, gradient, order, 0, order.length, features);
  const leaves: Leaf[] = [leafFrom(0, 0, order.length, whole)];
  let nodes = 1;
  while (leaves.length < leavesMax) {
    const chosen = leaves.reduce((best, leaf) => (leaf.split.gain > best.split.gain ? leaf : best));
    const { node, start, end, histogram, split } = chosen;
    if (!(split.gain > 0)) break;
    const middle = partition(bins, order, spare, start, end, split);
    const [leftNode, rightNode] = [nodes, nodes + 1];
    nodes += 2;
    tree.feature[node] = split.feature;
    tree.splitBin[node] = split.bin;
    tree.left[node] = leftNode;
    tree.right[node] = rightNode;
    for (const child of [leftNode, rightNode]) {
      tree.feature[child] = -1;
      tree.splitBin[child] = 0;
      tree.left[child] = 0;
      tree.right[child] = 0;
    }
    const isLeftSmaller = middle - start < end - middle;
    const [from, to] = isLeftSmaller ? [start, middle] : [middle, end];
    const smaller = histogramOf(bins, gradient, order, from, to, features);
    const larger = without(histogram, smaller);
    const left = leafFrom(leftNode, start, middle, isLeftSmaller ? smaller : larger);
    const right = leafFrom(rightNode, middle, end, isLeftSmaller ? larger : smaller);
    leaves.splice(leaves.indexOf(chosen), 1, left, right);
  }
  for (const { node, start, end } of leaves) {
    for (let at = start; at < end; at++) leafOf[order[at] as number] = node;
  }
  return { ...tree, nodes };
}

interface Leaf {
  readonly node: number;
  /** Its rows in the order array. */
  readonly start: number;
  readonly end: number;
  readonly histogram: Histogram;
  readonly split: Split;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

/** Sum of gradients and number of rows, by feature and bin. */
interface Histogram {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

const { BINS } = FeatureBins;

function histogramOf(
  { bins, features: width }: FeatureBins,
  gradient: Float64Array,
  order: Int32Array,
  start: number,
  end: number,
  features: Int32Array,
): Histogram {
  const sums = new Float64Array(width * BINS);
  const counts = new Float64Array(width * BINS);
  for (let index = start; index < end; index++) {
    const row = order[index] as number;
    const slope = gradient[row] as number;
    const at = row * width;
    for (let each = 0; each < features.length; each++) {
      const feature = features[each] as number;
      const cell = feature * BINS + (bins[at + feature] as number);
      sums[cell] = (sums[cell] as number) + slope;
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return { sums, counts };
}

/** What remains of a leaf's histogram without one child's: written over the parent's, which is needed no more. */
function without(parent: Histogram, child: Histogram): Histogram {
  for (let cell = 0; cell < parent.sums.length; cell++) {
    parent.sums[cell] = (parent.sums[cell] as number) - (child.sums[cell] as number);
    parent.counts[cell] = (parent.counts[cell] as number) - (child.counts[cell] as number);
  }
  return parent;
}

function bestSplit({ sums, counts }: Histogram, features: Int32Array, rows: number, rowsMin: number): Split {
  let best: Split = { gain: 0, feature: -1, bin: 0 };
  if (rows < 2 * rowsMin) return best;
  for (const feature of features) {
    const first = feature * BINS;
    let total = 0;
    for (let bin = 0; bin < BINS; bin++) total += sums[first + bin] as number;
    const before = (total * total) / rows;
    let below = 0;
    let count = 0;
    for (let bin = 0; bin < BINS - 1; bin++) {
      below += sums[first + bin] as number;
      count += counts[first + bin] as number;
      if (count < rowsMin) continue;
      if (rows - count < rowsMin) break;
      const above = total - below;
      const gain = (below * below) / count + (above * above) / (rows - count) - before;
      if (gain > best.gain + 1e-12) best = { gain, feature, bin };
    }
  }
  return best;
}

/** Rows that go left first, either side in its order. Where the right side begins. */
function partition(
  { bins, features }: FeatureBins,
  order: Int32Array,
  spare: Int32Array,
  start: number,
  end: number,
  { feature, bin }: Split,
): number {
  let left = start;
  let right = 0;
  for (let at = start; at < end; at++) {
    const row = order[at] as number;
    if ((bins[row * features + feature] as number) > bin) spare[right++] = row;
    else order[left++] = row;
  }
  order.set(spare.subarray(0, right), left);
  return left;
}

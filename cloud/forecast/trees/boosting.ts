import { invariant } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { type BoostedTrees, noTrees, type Tree } from "./boosted-trees.ts";
import { FeatureBins } from "./feature-bins.ts";
import { growTree } from "./grow-tree.ts";

export interface BoostingChoices {
  /** What is made small: the squared error, or the error that a quantile of this probability makes small. */
  readonly loss: "squared" | number;
  /** How much of what it says each tree adds. */
  readonly learningRate: number;
  readonly leavesMax: number;
  readonly rowsPerLeafMin: number;
  /** Each tree sees this share of the rows and of the features, drawn anew. */
  readonly rowShare: number;
  readonly featureShare: number;
}

/**
 * Gradient boosting (Friedman 2001) over histograms: each tree is grown on what the trees before it leave wrong, and
 * its leaves then say the mean, or the quantile, of what is left. The same rows, choices and seed give the same trees,
 * and trees grown in several sittings are the same as those grown in one.
 */
export class Boosting {
  readonly #bins: FeatureBins;
  readonly #targets: Float64Array;
  readonly #choices: BoostingChoices;
  readonly #rng: Rng;
  /** What all trees so far leave of each target. */
  readonly #left: Float64Array;
  #model: BoostedTrees;

  /** `values` is row-major, a row a target. `begun` are trees of an earlier sitting. */
  constructor(values: Float64Array, targets: Float64Array, choices: BoostingChoices, rng: Rng, begun?: BoostedTrees) {
    invariant(targets.length > 0 && values.length % targets.length === 0, "every target has a row of the same length");
    const features = values.length / targets.length;
    this.#bins = new FeatureBins(values, features);
    this.#targets = targets;
    this.#choices = choices;
    this.#rng = rng;
    this.#model = noTrees(features, middleOf(Float64Array.from(targets), choices.loss));
    this.#left = targets.map((target) => target - this.#model.base);
    if (begun !== undefined) {
      invariant(begun.features === features && begun.base === this.#model.base, "trees go on over their own rows");
      for (const tree of begun.trees) this.#add(tree, values);
    }
  }

  get model(): BoostedTrees {
    return this.#model;
  }

  /** Adds trees. */
  grow(count: number): void {
    const { loss, learningRate, rowShare, featureShare } = this.#choices;
    const { rows, features, bins } = this.#bins;
    for (let added = 0; added < count; added++) {
      const rng = this.#rng.fork(`tree-${this.#model.trees.length}`);
      const chosenRows = drawn(rows, rowShare, rng.fork("rows"));
      const chosenFeatures = drawn(features, featureShare, rng.fork("features"));
      const gradient = loss === "squared" ? this.#left : this.#left.map((left) => (left > 0 ? loss : loss - 1));
      const leafOf = new Int32Array(rows).fill(-1);
      const grown = growTree(this.#bins, gradient, chosenRows, chosenFeatures, this.#choices, leafOf);
      const value = leafValues(grown.nodes, leafOf, chosenRows, this.#left, loss).map((each) => each * learningRate);
      const { feature, splitBin, left, right } = grown;
      for (let row = 0; row < rows; row++) {
        let node = 0;
        for (let at = feature[0] as number; at >= 0; at = feature[node] as number) {
          const goesRight = (bins[row * features + at] as number) > (splitBin[node] as number);
          node = (goesRight ? right[node] : left[node]) as number;
        }
        this.#left[row] = (this.#left[row] as number) - (value[node] as number);
      }
      const threshold = feature.map((at, node) =>
        at < 0 ? 0 : (this.#bins.cut(at, splitBin[node] as number) as number),
      );
      this.#model = { ...this.#model, trees: [...this.#model.trees, { feature, threshold, left, right, value }] };
    }
  }

  /** The loss of what is left, a row: to see whether more trees still help. */
  lossLeft(): number {
    const { loss } = this.#choices;
    const cost = (left: number): number =>
      loss === "squared" ? left * left : left > 0 ? loss * left : (loss - 1) * left;
    return this.#left.reduce((sum, left) => sum + cost(left), 0) / this.#targets.length;
  }

  #add(tree: Tree, values: Float64Array): void {
    const { features } = this.#bins;
    for (let row = 0; row < this.#left.length; row++) {
      let node = 0;
      for (let at = tree.feature[0] as number; at >= 0; at = tree.feature[node] as number) {
        const goesRight = (values[row * features + at] as number) > (tree.threshold[node] as number);
        node = (goesRight ? tree.right[node] : tree.left[node]) as number;
      }
      this.#left[row] = (this.#left[row] as number) - (tree.value[node] as number);
    }
    this.#model = { ...this.#model, trees: [...this.#model.trees, tree] };
  }
}

/** A share of `0 .. count − 1` in ascending order, at least one. */
function drawn(count: number, share: number, rng: Rng): Int32Array {
  if (share >= 1) return Int32Array.from({ length: count }, (_, index) => index);
  const chosen = new Int32Array(Math.max(1, Math.round(share * count)));
  let taken = 0;
  for (let index = 0; taken < chosen.length; index++) {
    if (rng.uniform() * (count - index) < chosen.length - taken) chosen[taken++] = index;
  }
  return chosen;
}

/** By node: the middle of what is left of the rows in it; 0 at a node that is no leaf. */
function leafValues(
  nodes: number,
  leafOf: Int32Array,
  rows: Int32Array,
  left: Float64Array,
  loss: BoostingChoices["loss"],
): number[] {
  const counts = new Int32Array(nodes + 1);
  for (const row of rows) counts[(leafOf[row] as number) + 1] = (counts[(leafOf[row] as number) + 1] as number) + 1;
  for (let node = 0; node < nodes; node++) counts[node + 1] = (counts[node + 1] as number) + (counts[node] as number);
  const starts = counts.slice();
  const sorted = new Float64Array(rows.length);
  for (const row of rows) {
    const leaf = leafOf[row] as number;
    sorted[starts[leaf] as number] = left[row] as number;
    starts[leaf] = (starts[leaf] as number) + 1;
  }
  return Array.from({ length: nodes }, (_, node) => {
    const own = sorted.subarray(counts[node] as number, counts[node + 1] as number);
    return own.length === 0 ? 0 : middleOf(own, loss);
  });
}

/** The constant with the least loss. Sorts what it is given. */
function middleOf(values: Float64Array, loss: BoostingChoices["loss"]): number {
  if (loss === "squared") return values.reduce((sum, value) => sum + value, 0) / values.length;
  values.sort();
  const at = loss * (values.length - 1);
  const [below, above] = [values[Math.floor(at)] as number, values[Math.ceil(at)] as number];
  return below + (at - Math.floor(at)) * (above - below);
}

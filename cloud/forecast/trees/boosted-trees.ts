import { invariant } from "@penstock/protocol/result";

/** A sum of trees, as plain data: what was learned and nothing else, so that it can be kept in a file. */
export interface BoostedTrees {
  /** Length of a row. */
  readonly features: number;
  /** What is said before any tree. */
  readonly base: number;
  readonly trees: readonly Tree[];
}

/** Nodes by number, the root is 0. `feature` is −1 at a leaf; elsewhere a row goes left unless its feature exceeds `threshold`. */
export interface Tree {
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** At a leaf: what this tree adds. */
  readonly value: readonly number[];
}

/** What the trees say of one row of `rows` (row-major). A missing feature (NaN) goes left everywhere. */
export function predictTrees({ features, base, trees }: BoostedTrees, rows: Float64Array, row: number): number {
  const start = row * features;
  let sum = base;
  for (const { feature, threshold, left, right, value } of trees) {
    let node = 0;
    for (let at = feature[0] as number; at >= 0; at = feature[node] as number) {
      node = ((rows[start + at] as number) > (threshold[node] as number) ? right[node] : left[node]) as number;
    }
    sum += value[node] as number;
  }
  return sum;
}

/** Reads trees back from a file: every node leads somewhere further on, every feature exists, every number is one. */
export function isSound({ features, base, trees }: BoostedTrees): boolean {
  if (!(Number.isInteger(features) && features > 0 && Number.isFinite(base) && Array.isArray(trees))) return false;
  return (trees as readonly Tree[]).every(({ feature, threshold, left, right, value }) => {
    const nodes = feature.length;
    if (nodes === 0 || [threshold, left, right, value].some((column) => column.length !== nodes)) return false;
    return feature.every((at, node) => {
      if (at === -1) return Number.isFinite(value[node]);
      const leadsOn = [left[node], right[node]].every(
        (next) => Number.isInteger(next) && (next as number) > node && (next as number) < nodes,
      );
      return Number.isInteger(at) && at >= 0 && at < features && Number.isFinite(threshold[node]) && leadsOn;
    });
  });
}

export const noTrees = (features: number, base: number): BoostedTrees => {
  invariant(features > 0 && Number.isFinite(base), "trees have features and a base");
  return { features, base, trees: [] };
};

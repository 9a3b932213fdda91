import { askTrees, type BoostedTrees, OUTPUTS } from "./boosted-trees.ts";
import { NetReader, type SmallNets } from "./small-net.ts";
import { makeDescending } from "./worth-outputs.ts";

/** What was learned about the worth of stored energy: trees and small nets from the same lessons. */
export interface ValueModel {
  readonly trees: BoostedTrees;
  readonly nets: SmallNets;
}

/** The nets know more than the trees; what lies far outside all that was seen, trees answer more soberly. */
const NET_SHARE = 0.8;

/** Asks both. */
export class ValueReader {
  readonly #model: ValueModel;
  readonly #nets: NetReader;
  #netWorth = new Float64Array(0);

  constructor(model: ValueModel) {
    this.#model = model;
    this.#nets = new NetReader(model.nets);
  }

  /**
   * Worth of one more stored MWh by part of the store, never more in a fuller one: for `count` rows of features from
   * the beginning of `x`, into `out`.
   */
  ask(x: Float32Array, count: number, out: Float64Array): void {
    const features = x.length / count;
    if (this.#netWorth.length < count * OUTPUTS) this.#netWorth = new Float64Array(count * OUTPUTS);
    this.#nets.ask(x, 0, count, this.#netWorth);
    for (let row = 0; row < count; row++) {
      const worth = out.subarray(row * OUTPUTS, (row + 1) * OUTPUTS);
      askTrees(this.#model.trees, x, row * features, worth);
      for (let output = 0; output < OUTPUTS; output++)
        worth[output] =
          (1 - NET_SHARE) * (worth[output] as number) + NET_SHARE * (this.#netWorth[row * OUTPUTS + output] as number);
      makeDescending(worth);
    }
  }
}

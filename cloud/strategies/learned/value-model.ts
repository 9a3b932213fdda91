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
  readonly #netWorth = new Float64Array(OUTPUTS);

  constructor(model: ValueModel) {
    this.#model = model;
    this.#nets = new NetReader(model.nets);
  }

  /** What the next questions have in common, see {@link NetReader.share}. */
  share(x: Float32Array, at: number): void {
    this.#nets.share(x, at);
  }

  /** Worth of one more stored MWh by part of the store, never more in a fuller one, into `out`. */
  ask(x: Float32Array, at: number, out: Float64Array): void {
    askTrees(this.#model.trees, x, at, out);
    this.#nets.ask(x, at, this.#netWorth);
    for (let output = 0; output < OUTPUTS; output++)
      out[output] = (1 - NET_SHARE) * (out[output] as number) + NET_SHARE * (this.#netWorth[output] as number);
    makeDescending(out);
  }
}

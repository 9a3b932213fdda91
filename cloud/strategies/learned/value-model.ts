import { OUTPUTS } from "./lessons.ts";
import { NetReader, type SmallNets } from "./small-net.ts";
import { makeDescending } from "./worth-outputs.ts";

/** What was learned about the worth of stored energy. */
export type ValueModel = SmallNets;

/** Asks a model. */
export class ValueReader {
  readonly #nets: NetReader;

  constructor(model: ValueModel) {
    this.#nets = new NetReader(model);
  }

  /**
   * Worth of one more stored MWh by part of the store, money, never more in a fuller one: for `count` rows of features
   * from the beginning of `x`, into `out` row by row.
   */
  ask(x: Float32Array, count: number, out: Float64Array): void {
    this.#nets.ask(x, 0, count, out);
    for (let row = 0; row < count; row++) makeDescending(out.subarray(row * OUTPUTS, (row + 1) * OUTPUTS));
  }
}

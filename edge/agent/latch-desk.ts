import type { Result } from "@penstock/protocol/result";
import type { Latches } from "../control/step-types.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { EdgeStore } from "../store/edge-store.ts";
import type { LoopPort } from "./edge-agent-options.ts";
import { latchesFromFact, latchesToFact, noLatches } from "./latches-fact.ts";

export interface LatchDeskOptions {
  readonly store: EdgeStore;
  readonly loop: LoopPort;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/** What people and the grid operator have latched: on disk, in the loop, and here. */
export class LatchDesk {
  readonly #options: LatchDeskOptions;
  #latches: Latches = noLatches;

  constructor(options: LatchDeskOptions) {
    this.#options = options;
  }

  get latches(): Latches {
    return this.#latches;
  }

  /** A stop given while the disk was silent stays; everything else is as it was left. */
  restore(fact: unknown): void {
    const stored = fact === undefined ? noLatches : latchesFromFact(fact);
    if (stored === undefined) {
      this.#options.tell({
        code: "latches.unreadable",
        level: "alarm",
        text: "the latches on disk make no sense; a stop or a local limit may have been forgotten",
        facts: { fact },
      });
    }
    const { stop } = this.#latches;
    this.set({ ...(stored ?? noLatches), ...(stop && { stop }) });
  }

  /**
   * Changes the latches: on disk first, then in force. What makes the site safer is `urgent`: in force first,
   * and the disk may fail.
   */
  change(change: (latches: Latches) => Latches, urgent: boolean, done: (result: Result<void>) => void): void {
    const next = change(this.#latches);
    const set = () => this.set(change(this.#latches));
    if (urgent) set();
    this.#options.store.put("latches", latchesToFact(next), (result) => {
      if (result.ok && !urgent) set();
      done(result);
    });
  }

  /** In force, and not on disk. */
  set(latches: Latches): void {
    this.#latches = latches;
    this.#options.loop.post({ type: "latches", latches });
  }
}

import type { Ms } from "@penstock/protocol/units";
import type { LoopStats } from "./loop-types.ts";

/** How punctual the loop is: counts since the start, percentiles over the last minute. */
export class Lateness {
  readonly #periodMs: Ms;
  readonly #lastMinute: Float64Array;
  #cycles = 0;
  #lateCycles = 0;
  #missedCycles = 0;

  constructor(periodMs: Ms) {
    this.#periodMs = periodMs;
    this.#lastMinute = new Float64Array(Math.max(1, Math.ceil(60_000 / periodMs)));
  }

  /** A timer may fire a fraction of a millisecond early; that is not lateness. */
  add(latenessMs: number, missed: number): void {
    this.#lastMinute[this.#cycles % this.#lastMinute.length] = Math.max(0, latenessMs);
    this.#cycles++;
    this.#missedCycles += missed;
    if (latenessMs > this.#periodMs / 2) this.#lateCycles++;
  }

  stats(): LoopStats {
    // A virtual loop is never late, and sorting that every second would cost more than a cycle.
    const seen = this.#lastMinute.subarray(0, this.#cycles);
    const sorted = seen.some((latenessMs) => latenessMs > 0) ? seen.slice().sort() : seen;
    const at = (fraction: number): number => sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? 0;
    return {
      periodMs: this.#periodMs,
      cycles: this.#cycles,
      lateCycles: this.#lateCycles,
      missedCycles: this.#missedCycles,
      latenessP50Ms: at(0.5),
      latenessP99Ms: at(0.99),
      latenessMaxMs: at(1),
    };
  }
}

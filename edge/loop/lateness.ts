import type { Ms } from "@penstock/protocol/units";
import type { LoopStats } from "./loop-types.ts";
import { SlidingHistogram } from "./sliding-histogram.ts";

/** How punctual the loop is: counts since the start, percentiles over the last minute and no fewer than 1,000 cycles. */
export class Lateness {
  readonly #periodMs: Ms;
  readonly #recent: SlidingHistogram;
  #cycles = 0;
  #lateCycles = 0;
  #missedCycles = 0;

  constructor(periodMs: Ms) {
    this.#periodMs = periodMs;
    this.#recent = new SlidingHistogram(windowCycles(periodMs));
  }

  /** A timer may fire a fraction of a millisecond early; that is not lateness. */
  add(latenessMs: number, missed: number): void {
    this.#recent.add(latenessMs);
    this.#cycles++;
    this.#missedCycles += missed;
    if (latenessMs > this.#periodMs / 2) this.#lateCycles++;
  }

  get cycles(): number {
    return this.#cycles;
  }

  stats(): Omit<LoopStats, "stages" | "cycleP99Ms"> {
    return {
      periodMs: this.#periodMs,
      cycles: this.#cycles,
      lateCycles: this.#lateCycles,
      missedCycles: this.#missedCycles,
      latenessP50Ms: this.#recent.at(0.5),
      latenessP99Ms: this.#recent.at(0.99),
      latenessP999Ms: this.#recent.at(0.999),
      latenessMaxMs: this.#recent.at(1),
      latenessCounts: this.#recent.ever(),
    };
  }
}

/** A p99.9 of fewer than a thousand is only their maximum. */
export const windowCycles = (periodMs: Ms): number => Math.max(1_000, Math.ceil(60_000 / periodMs));

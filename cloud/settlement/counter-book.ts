import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs, Wh } from "@penstock/protocol/units";

/** A reading of two cumulative counters: energy out (exported, discharged) and in, both since the meter was installed. */
export interface CounterSample {
  /** Wall clock of the site. */
  readonly atMs: UtcMs;
  readonly outWh: Wh;
  readonly inWh: Wh;
}

export interface CounterGap extends CodedError {
  readonly code: "settlement.counters-missing" | "settlement.counters-reset";
  readonly edgeMs: UtcMs;
}

/**
 * Cumulative counters of one site, in order of time whatever order they came in. Energy between two instants is
 * a difference of counters, so nothing is lost by a late or missing sample in between; only an edge of an interval
 * that no two close samples enclose cannot be told, and then the answer is a refusal and never an estimate.
 */
export class CounterBook {
  readonly #gapMsMax: Ms;
  readonly #samples: CounterSample[] = [];

  constructor(gapMsMax: Ms) {
    this.#gapMsMax = gapMsMax;
  }

  add(sample: CounterSample): void {
    const index = this.#firstAfter(sample.atMs);
    // The same instant twice is the same reading delivered again.
    if (this.#samples[index - 1]?.atMs === sample.atMs) return;
    this.#samples.splice(index, 0, sample);
  }

  /** Energy over an interval of wall time, positive out. */
  energyWh(interval: Interval): Result<Wh, CounterGap> {
    const start = this.#netAt(interval.startMs);
    if (start === undefined) return fail({ code: "settlement.counters-missing", edgeMs: interval.startMs });
    const end = this.#netAt(interval.endMs);
    if (end === undefined) return fail({ code: "settlement.counters-missing", edgeMs: interval.endMs });
    if (this.#hasReset(interval)) return fail({ code: "settlement.counters-reset", edgeMs: interval.endMs });
    return ok((end - start) as Wh);
  }

  /** Forgets what no interval will ask for any more; the sample just before `beforeMs` stays, its edge may need it. */
  forgetBefore(beforeMs: UtcMs): void {
    const keepFrom = this.#firstAfter(beforeMs) - 1;
    if (keepFrom > 0) this.#samples.splice(0, keepFrom);
  }

  #netAt(atMs: UtcMs): number | undefined {
    const index = this.#firstAfter(atMs);
    const before = this.#samples[index - 1];
    if (before === undefined) return undefined;
    if (before.atMs === atMs) return netWh(before);
    const after = this.#samples[index];
    if (after === undefined || after.atMs - before.atMs > this.#gapMsMax) return undefined;
    invariant(after.atMs > before.atMs, "samples are kept in order of time");
    return netWh(before) + ((netWh(after) - netWh(before)) * (atMs - before.atMs)) / (after.atMs - before.atMs);
  }

  /** A counter that fell belongs to a meter that was exchanged or restarted: its difference is not energy. */
  #hasReset({ startMs, endMs }: Interval): boolean {
    for (let index = this.#firstAfter(startMs); index < this.#samples.length; index++) {
      const before = this.#samples[index - 1];
      const after = this.#samples[index];
      if (before === undefined || after === undefined || before.atMs >= endMs) break;
      if (after.outWh < before.outWh || after.inWh < before.inWh) return true;
    }
    return false;
  }

  /** Index of the first sample later than an instant. Newest samples are asked for most, so it looks from the end. */
  #firstAfter(atMs: number): number {
    let index = this.#samples.length;
    while (index > 0 && (this.#samples[index - 1]?.atMs ?? Number.NEGATIVE_INFINITY) > atMs) index--;
    return index;
  }
}

const netWh = ({ outWh, inWh }: CounterSample): number => outWh - inWh;

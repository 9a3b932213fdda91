import { type MonotonicMs, UtcMs, W } from "@penstock/protocol/units";
import type { SiteImage } from "../control/image.ts";
import type { Explanation, Grant } from "../control/step-types.ts";
import type { LeaseProgress } from "./loop-types.ts";

/** What one unit has shown of the set-point of the last cycle. */
export interface UnitReadBack {
  readonly unitId: string;
  /** Whether set-points reach it now. */
  readonly isWritable: boolean;
  /** When it had shown all of it; undefined while it has not. */
  readonly atMs: MonotonicMs | undefined;
}

/**
 * Waits until every unit that a lease's first effective cycle could be written to has shown a set-point written in that
 * cycle or, where it was slow or the ramp went on, a later one of the same lease. A unit that acknowledges and does not
 * apply, or is lost meanwhile, keeps it waiting: then nothing is said.
 */
export class ReadBackWatch {
  #waiting: Waiting | undefined;

  /** After the writes of a cycle that follows `grant`; `isFirst`: it did not before. */
  written({ grant, isFirst, image, explanation, readBacks }: WrittenCycle): void {
    const powerW = W(explanation.targetW);
    if (isFirst) {
      const unitIds = new Set(readBacks.flatMap(({ unitId, isWritable }) => (isWritable ? [unitId] : [])));
      this.#waiting = { grant, unitIds, sinceMs: image.monotonicMs, atMs: image.nowMs, powerW };
    } else if (this.#waiting?.grant.leaseId === grant.leaseId) {
      this.#waiting = { ...this.#waiting, powerW };
    } else {
      this.#waiting = undefined;
    }
  }

  /** Its cycle was the last one's; what is not shown by now never will be for this lease. */
  forget(): void {
    this.#waiting = undefined;
  }

  /** When the last unit showed it, by the wall clock of the first effective cycle; said once. */
  shown(readBacks: readonly UnitReadBack[]): Omit<LeaseProgress, "state"> | undefined {
    const waiting = this.#waiting;
    if (waiting === undefined || waiting.unitIds.size === 0) return undefined;
    const { grant, unitIds, sinceMs, atMs, powerW } = waiting;
    let latestMs = sinceMs;
    for (const { unitId, atMs: shownMs } of readBacks) {
      if (!unitIds.has(unitId)) continue;
      if (shownMs === undefined || shownMs < sinceMs) return undefined;
      if (shownMs > latestMs) latestMs = shownMs;
    }
    this.#waiting = undefined;
    const { leaseId, sequence } = grant;
    return { leaseId, sequence, powerW, because: [], atMs: UtcMs(atMs + Math.ceil(latestMs - sinceMs)) };
  }
}

interface WrittenCycle {
  readonly grant: Grant;
  readonly isFirst: boolean;
  readonly image: SiteImage;
  readonly explanation: Explanation;
  readonly readBacks: readonly UnitReadBack[];
}

interface Waiting {
  readonly grant: Grant;
  readonly unitIds: ReadonlySet<string>;
  readonly sinceMs: MonotonicMs;
  readonly atMs: UtcMs;
  /** Of the last cycle written. */
  readonly powerW: W;
}

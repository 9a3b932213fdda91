import { MonotonicMs, type Ms, seconds } from "@penstock/protocol/units";

/**
 * Whether the loop may go on commanding, from nothing but its count of cycles: it must have moved lately, and over the last
 * two seconds by half of what its period promises. A loop that creeps is as bad as one that stands: its set-points are late
 * answers to old questions.
 */
export class DeadlineWatch {
  readonly #periodMs: Ms;
  /** Counts of the last two seconds, oldest first. */
  readonly #seen: { readonly cycles: number; readonly atMs: MonotonicMs }[] = [];
  #movedMs = MonotonicMs(Number.NEGATIVE_INFINITY);

  constructor(periodMs: Ms) {
    this.#periodMs = periodMs;
  }

  counted(cycles: number, atMs: MonotonicMs): void {
    const last = this.#seen.at(-1);
    // A smaller count is another loop: what the one before did says nothing about it.
    if (last !== undefined && cycles < last.cycles) this.#seen.length = 0;
    if (last === undefined || cycles !== last.cycles) this.#movedMs = atMs;
    this.#seen.push({ cycles, atMs });
    while ((this.#seen[0]?.atMs ?? atMs) < atMs - WINDOW_MS) this.#seen.shift();
  }

  /** Until when the loop may command, or undefined: the heartbeat is withheld. */
  permitUntil(nowMs: MonotonicMs): MonotonicMs | undefined {
    const [oldest, newest] = [this.#seen[0], this.#seen.at(-1)];
    if (oldest === undefined || newest === undefined) return undefined;
    if (nowMs - this.#movedMs > Math.max(STUCK_MS, 3 * this.#periodMs)) return undefined;
    const promised = (nowMs - oldest.atMs) / this.#periodMs;
    const done = newest.cycles - oldest.cycles;
    // Of a short time nothing can be said; the first words of a loop are taken at their worth.
    if (nowMs - oldest.atMs > WINDOW_MS / 2 && done < promised / 2) return undefined;
    return MonotonicMs(nowMs + PERMIT_MS);
  }
}

const WINDOW_MS = seconds(2);
const STUCK_MS = seconds(1);
/** Long enough for a supervisor that has to wait for the processor or is started again, short beside any device's timer. */
const PERMIT_MS = seconds(2);

import { type MonotonicMs, type Ms, minutes, type UtcMs } from "@penstock/protocol/units";

/** A wall clock that has just jumped may jump back; leases wait this long for it to prove itself. */
const doubtMs = minutes(1);

/** Compares the wall clock with the monotonic one, which never steps, to know whether leases may trust it. */
export class ClockWatch {
  readonly #toleranceMs: Ms;
  #offsetMs: number | undefined;
  #steppedAtMs = Number.NEGATIVE_INFINITY;

  constructor(toleranceMs: Ms) {
    this.#toleranceMs = toleranceMs;
  }

  /** Look at both clocks. Returns how far the wall clock has stepped since last time, when that is too far. */
  check(nowMs: UtcMs, monotonicMs: MonotonicMs): Ms | undefined {
    const offsetMs = nowMs - monotonicMs;
    const stepMs = offsetMs - (this.#offsetMs ?? offsetMs);
    this.#offsetMs = offsetMs;
    if (Math.abs(stepMs) <= this.#toleranceMs) return undefined;
    this.#steppedAtMs = monotonicMs;
    return stepMs as Ms;
  }

  isTrusted(monotonicMs: MonotonicMs): boolean {
    return monotonicMs - this.#steppedAtMs >= doubtMs;
  }
}

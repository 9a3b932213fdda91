import { type MonotonicMs, Ms, seconds } from "@penstock/protocol/units";
import { good, type Reading } from "../control/image.ts";

/**
 * Whether a device refuses our set-points. One exception may be a busy moment; two in a row are a refusal, and it
 * lasts until a while after the last one: a device that takes a set-point of zero, and nothing else, must not be
 * believed willing each time it took its zero.
 */
export class RefusalWatch {
  #inARow = 0;
  #lastAtMs = Number.NEGATIVE_INFINITY;

  refused(nowMs: MonotonicMs): void {
    if (++this.#inARow >= 2) this.#lastAtMs = nowMs;
  }

  accepted(): void {
    this.#inARow = 0;
  }

  reading(nowMs: MonotonicMs): Reading<boolean> {
    return nowMs - this.#lastAtMs < HOLD_MS ? REFUSED : NOT_REFUSED;
  }
}

const HOLD_MS = seconds(10);
const REFUSED = good(true, Ms(0));
const NOT_REFUSED = good(false, Ms(0));

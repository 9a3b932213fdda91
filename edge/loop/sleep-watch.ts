import type { Clock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";

/**
 * Whether the machine itself was asleep. The monotonic clock stands still while it is suspended, so that a lease, a reading
 * and a set-point look as young as before; a clock that counts from the boot (CLOCK_BOOTTIME) goes on.
 */
export class SleepWatch {
  readonly #clock: Clock;
  readonly #sinceBootMs: () => number;
  #offsetMs = Number.NEGATIVE_INFINITY;

  /** `sinceBootMs` counts sleep; where it counts from does not matter. */
  constructor(clock: Clock, sinceBootMs: () => number) {
    this.#clock = clock;
    this.#sinceBootMs = sinceBootMs;
    this.look();
  }

  /** How long the machine has slept since the last look; undefined when it has not. */
  look(): Ms | undefined {
    // In this order a process that is held up between the two takes the machine for younger, never for one that slept.
    const bootMs = this.#sinceBootMs();
    const offsetMs = bootMs - this.#clock.monotonicMs();
    const sleptMs = offsetMs - this.#offsetMs;
    this.#offsetMs = Math.max(this.#offsetMs, offsetMs);
    return Number.isFinite(sleptMs) && sleptMs > COARSE_MS ? Ms(sleptMs) : undefined;
  }
}

/** The clock since boot comes in hundredths of a second; a sleep is longer than ten of them. */
const COARSE_MS = 100;

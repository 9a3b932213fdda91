import type { Clock } from "@penstock/protocol/time";
import type { EdgeStore } from "../store/edge-store.ts";

/** Entries at once, and one more for each {@link refillMs}: a flood of forged leases must not fill the disk. */
const burst = 20;
const refillMs = 1_000;

/** Who did what and what came of it, into the chained log; never faster than a disk can bear for years. */
export class AuditLog {
  readonly #clock: Clock;
  readonly #store: EdgeStore;
  #tokens = burst;
  #filledMs: number;
  #suppressed = 0;

  constructor(clock: Clock, store: EdgeStore) {
    this.#clock = clock;
    this.#store = store;
    this.#filledMs = clock.monotonicMs();
  }

  /** What people do at the site is always kept. */
  person(who: string, what: string, outcome: string, facts: Readonly<Record<string, unknown>>): void {
    this.#store.audit({ timeMs: this.#clock.nowMs(), who, what, outcome, facts }, () => {});
  }

  /** What comes over the wire is kept up to a rate; the next entry says how many were left out. False: left out. */
  wire(who: string, what: string, outcome: string, facts: Readonly<Record<string, unknown>>): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(burst, this.#tokens + (nowMs - this.#filledMs) / refillMs);
    this.#filledMs = nowMs;
    if (this.#tokens < 1) {
      this.#suppressed++;
      return false;
    }
    this.#tokens--;
    const leftOut = this.#suppressed === 0 ? {} : { leftOutBefore: this.#suppressed };
    this.#suppressed = 0;
    this.person(who, what, outcome, { ...facts, ...leftOut });
    return true;
  }
}

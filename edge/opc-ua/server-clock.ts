import type { Clock } from "@penstock/protocol/time";
import { type MonotonicMs, Ms } from "@penstock/protocol/units";

/**
 * What a server's own time stamps tell of its clock. A server stamps what it answers with its time of now: where that
 * stands still from one answer to the next, somebody between it and us repeats an old answer, or its clock has stopped.
 */
export class ServerClock {
  readonly #clock: Clock;
  #serverMs: number | undefined;
  #movedAtMs: MonotonicMs | undefined;
  #skewMs: Ms | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** To be told of every answer: the newest server time in it, UTC; undefined where it bears none. */
  look(serverMs: number | undefined): void {
    if (serverMs === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    if (serverMs !== this.#serverMs || this.#movedAtMs === undefined) {
      this.#movedAtMs = nowMs;
      this.#skewMs = Ms(serverMs - this.#clock.nowMs());
    }
    this.#serverMs = serverMs;
  }

  /** How far ahead of ours it is; undefined before the first answer. */
  get skewMs(): Ms | undefined {
    return this.#skewMs;
  }

  /** For how long it has told the same time; 0 while it goes. */
  get stoodStillMs(): Ms {
    return Ms(this.#movedAtMs === undefined ? 0 : this.#clock.monotonicMs() - this.#movedAtMs);
  }
}

/** The newest server time of an answer. */
export const newestOf = (stamps: readonly (Date | null | undefined)[]): number | undefined => {
  const known = stamps.flatMap((stamp) => (stamp == null ? [] : [stamp.getTime()]));
  return known.length === 0 ? undefined : Math.max(...known);
};

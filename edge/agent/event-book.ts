import type { Clock } from "@penstock/protocol/time";
import type { EdgeEvent } from "../loop/loop-types.ts";

/** Events kept in memory for `sitectl events`; the stream has them all until the host does. */
const recentEventsMax = 1_000;

/** What happened, in order; everybody who has to know hears of it at once. */
export class EventBook {
  readonly #clock: Clock;
  readonly #heard: (event: EdgeEvent) => void;
  readonly #recent: EdgeEvent[] = [];

  constructor(clock: Clock, heard: (event: EdgeEvent) => void) {
    this.#clock = clock;
    this.#heard = heard;
  }

  get recent(): readonly EdgeEvent[] {
    return this.#recent;
  }

  /** Of the agent itself: it happened now. */
  tell({ code, level, text, facts }: Omit<EdgeEvent, "timeMs">): void {
    this.keep({ code, level, text, facts, timeMs: this.#clock.nowMs() });
  }

  keep(event: EdgeEvent): void {
    this.#recent.push(event);
    if (this.#recent.length > recentEventsMax) this.#recent.shift();
    this.#heard(event);
  }
}

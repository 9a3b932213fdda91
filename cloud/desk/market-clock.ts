import { invariant } from "@penstock/protocol/result";
import type { Clock, Interval, Timer } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";

/** One instant told both ways, and how much faster market time runs. Kept in the store: a restart goes on in the same market time. */
export interface MarketAnchor {
  readonly wallMs: UtcMs;
  readonly marketMs: UtcMs;
  readonly speed: number;
}

/**
 * Market time = anchor + (wall time since the anchor) × speed. The desk thinks in market time; sites, their
 * counters and leases live in wall time. Between anchor and now it follows the monotonic clock, so that a wall
 * clock that steps moves no interval.
 */
export class MarketClock {
  readonly anchor: MarketAnchor;
  readonly #clock: Clock;
  readonly #bootMarketMs: number;
  readonly #bootMonotonicMs: number;

  constructor(clock: Clock, anchor: MarketAnchor) {
    invariant(anchor.speed > 0, "market time runs forward");
    this.anchor = anchor;
    this.#clock = clock;
    this.#bootMarketMs = this.toMarketMs(clock.nowMs());
    this.#bootMonotonicMs = clock.monotonicMs();
  }

  /** Market time now, in whole milliseconds. */
  nowMs(): UtcMs {
    const sinceBootMs = (this.#clock.monotonicMs() - this.#bootMonotonicMs) * this.anchor.speed;
    return Math.round(this.#bootMarketMs + sinceBootMs) as UtcMs;
  }

  toMarketMs(wallMs: UtcMs): UtcMs {
    return (this.anchor.marketMs + (wallMs - this.anchor.wallMs) * this.anchor.speed) as UtcMs;
  }

  toWallMs(marketMs: UtcMs): UtcMs {
    return (this.anchor.wallMs + (marketMs - this.anchor.marketMs) / this.anchor.speed) as UtcMs;
  }

  wallInterval(interval: Interval): Interval {
    return { startMs: this.toWallMs(interval.startMs), endMs: this.toWallMs(interval.endMs) };
  }

  wallLengthMs(interval: Interval): Ms {
    return ((interval.endMs - interval.startMs) / this.anchor.speed) as Ms;
  }

  /** Runs `action` at an instant of market time, never a moment early; at once when it has passed. */
  at(marketMs: UtcMs, action: () => void): Timer {
    const run = (): void => {
      if (this.nowMs() >= marketMs) action();
      else timer = this.#clock.after(this.#waitMs(marketMs), run);
    };
    let timer = this.#clock.after(this.#waitMs(marketMs), run);
    return { cancel: () => timer.cancel() };
  }

  /** A machine's timers count whole milliseconds; a shorter wait would come round for ever. */
  #waitMs(marketMs: UtcMs): Ms {
    return Math.max(0, Math.ceil((marketMs - this.nowMs()) / this.anchor.speed)) as Ms;
  }
}

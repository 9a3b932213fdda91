import type { MonotonicMs, Ms, UtcMs } from "../units/index.ts";
import type { Clock, Timer } from "./clock.ts";

/** The machine's own clocks. CLOCK_MONOTONIC, so that every thread and process of one machine agrees. */
export class SystemClock implements Clock {
  /** In steps of 1/1024 ms: sums and differences of such numbers are exact, and few bits say them. */
  monotonicMs(): MonotonicMs {
    return (Math.floor((Number(process.hrtime.bigint()) / 1e6) * 1_024) / 1_024) as MonotonicMs;
  }

  nowMs(): UtcMs {
    return Date.now() as UtcMs;
  }

  after(delayMs: Ms, action: () => void): Timer {
    const handle = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(handle) };
  }
}

import type { MonotonicMs, Ms, UtcMs } from "../units/index.ts";
import type { Clock, Timer } from "./clock.ts";

/** The machine's own clocks. CLOCK_MONOTONIC, so that every thread and process of one machine agrees. */
export class SystemClock implements Clock {
  monotonicMs(): MonotonicMs {
    return (Number(process.hrtime.bigint()) / 1e6) as MonotonicMs;
  }

  nowMs(): UtcMs {
    return Date.now() as UtcMs;
  }

  after(delayMs: Ms, action: () => void): Timer {
    const handle = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(handle) };
  }
}

import type { Clock, Timer } from "@penstock/protocol/time";
import type { MonotonicMs, UtcMs } from "@penstock/protocol/units";

/** The browser's clocks. */
export const browserClock: Clock = {
  monotonicMs: () => performance.now() as MonotonicMs,
  nowMs: () => Date.now() as UtcMs,
  after(delayMs, action): Timer {
    const handle = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

import type { MonotonicMs, Ms, UtcMs } from "../units/index.ts";

/**
 * Time, handed in. Durations, deadlines and order come from the monotonic clock; the wall clock only
 * labels. Callbacks rather than promises, so that a simulated second does not cost a thousand microtasks
 * and the order of events is the clock's alone.
 */
export interface Clock {
  /** Never steps. Comparable between threads of one machine, not between machines. */
  monotonicMs(): MonotonicMs;
  /** Wall clock, UTC. May step in either direction. */
  nowMs(): UtcMs;
  /** Runs `action` once, `delayMs` from now or as soon after as can be. */
  after(delayMs: Ms, action: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Waits on a clock. For shells and scenarios; the cores use {@link Clock.after}. */
export const sleep = (clock: Clock, durationMs: Ms): Promise<void> =>
  new Promise((resolve) => {
    clock.after(durationMs, resolve);
  });

/** Runs `action` every `periodMs` on an absolute grid: a late tick does not move the next one; missed ticks are skipped and counted. */
export function onGrid(
  clock: Clock,
  periodMs: Ms,
  action: (tick: { latenessMs: number; missed: number }) => void,
): Timer {
  let dueMs = clock.monotonicMs() + periodMs;
  let timer = clock.after(periodMs, run);
  let stopped = false;
  function run() {
    const latenessMs = clock.monotonicMs() - dueMs;
    const missed = Math.max(0, Math.floor(latenessMs / periodMs));
    dueMs += (missed + 1) * periodMs;
    action({ latenessMs, missed });
    if (!stopped) timer = clock.after(Math.max(0, dueMs - clock.monotonicMs()) as Ms, run);
  }
  return {
    cancel() {
      stopped = true;
      timer.cancel();
    },
  };
}

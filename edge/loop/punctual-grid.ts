import type { Clock, onGrid, Timer } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";

/**
 * {@link onGrid} for a thread that has nothing else to do: a timer to within two milliseconds of the deadline, because
 * timers know whole milliseconds and fire up to one of them early or late, and the rest of the way a wait on the kernel's
 * own clock. The thread is blocked meanwhile, without using its core; answers that arrive are read after the tick.
 * The grid is absolute: a late tick does not move the next one, missed ones are skipped and counted.
 */
export const punctualGrid: typeof onGrid = (clock: Clock, periodMs: Ms, action): Timer => {
  let dueMs = clock.monotonicMs() + periodMs;
  let timer = clock.after(coarseMs(periodMs), run);
  let stopped = false;
  function run() {
    waitMs(dueMs - clock.monotonicMs());
    const latenessMs = clock.monotonicMs() - dueMs;
    const missed = Math.max(0, Math.floor(latenessMs / periodMs));
    dueMs += (missed + 1) * periodMs;
    action({ latenessMs, missed });
    if (!stopped) timer = clock.after(coarseMs(dueMs - clock.monotonicMs()), run);
  }
  return {
    cancel() {
      stopped = true;
      timer.cancel();
    },
  };
};

const TIMER_ERROR_MS = 1.5;

const coarseMs = (remainingMs: number): Ms => Ms(Math.max(0, Math.floor(remainingMs - TIMER_ERROR_MS)));

const nobody = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps on a word that nobody changes. */
function waitMs(forMs: number): void {
  if (forMs > 0) Atomics.wait(nobody, 0, 0, forMs);
}

import type { MonotonicMs, Ms, UtcMs } from "../units/index.ts";
import type { Clock, Timer } from "./clock.ts";

/**
 * A clock that moves only when told to, and then from event to event. Events at the same instant run in
 * the order they were asked for, so a run is a function of its seed.
 *
 * The wall clock is the monotonic one plus an offset that {@link stepWall} moves, as a bad NTP server would.
 */
export class SimClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  readonly #heap: Event[] = [];

  constructor(startMs: UtcMs) {
    this.#wallOffsetMs = startMs;
  }

  monotonicMs(): MonotonicMs {
    return this.#nowMs as MonotonicMs;
  }

  nowMs(): UtcMs {
    // Whole milliseconds, as a real wall clock gives them.
    return Math.floor(this.#nowMs + this.#wallOffsetMs) as UtcMs;
  }

  after(delayMs: Ms, action: () => void): Timer {
    const event = new Event(this.#nowMs + (delayMs > 0 ? delayMs : 0), this.#order++, action);
    push(this.#heap, event);
    return event;
  }

  /** Steps the wall clock; the monotonic clock does not notice. */
  stepWall(byMs: Ms): void {
    this.#wallOffsetMs += byMs;
  }

  /** Runs every event due within `durationMs` and leaves the clock at its end. */
  advance(durationMs: Ms): void {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > endMs) break;
      pop(this.#heap);
      if (next.action === undefined) continue;
      this.#nowMs = next.atMs;
      next.action();
    }
    this.#nowMs = endMs;
  }

  /** A view of this clock for one machine: it may have a wall clock of its own, and it dies with the process it belongs to. */
  forProcess(): ProcessClock {
    return new ProcessClock(this);
  }
}

/**
 * What one simulated process sees. Its timers vanish when it is killed, as a real process's do; its wall
 * clock may disagree with everyone else's.
 */
export class ProcessClock implements Clock {
  #wallSkewMs = 0;
  #alive = true;
  #sleptMs = 0;
  /** What was due while the process was stopped, in order; undefined while it runs. */
  #stopped: (() => void)[] | undefined;
  readonly #world: SimClock;

  constructor(world: SimClock) {
    this.#world = world;
  }

  monotonicMs(): MonotonicMs {
    return (this.#world.monotonicMs() - this.#sleptMs) as MonotonicMs;
  }

  /** Counts the machine's sleep too (CLOCK_BOOTTIME). */
  sinceBootMs(): number {
    return this.#world.monotonicMs();
  }

  nowMs(): UtcMs {
    return Math.floor(this.#world.nowMs() + this.#wallSkewMs) as UtcMs;
  }

  after(delayMs: Ms, action: () => void): Timer {
    return this.#world.after(delayMs, () => {
      if (!this.#alive) return;
      if (this.#stopped === undefined) action();
      else this.#stopped.push(action);
    });
  }

  stepWall(byMs: Ms): void {
    this.#wallSkewMs += byMs;
  }

  /** SIGSTOP: time goes on, this process does not. */
  stop(): void {
    this.#stopped ??= [];
  }

  /** SIGCONT: what was due runs now, in its order. */
  goOn(): void {
    const due = this.#stopped ?? [];
    this.#stopped = undefined;
    for (const action of due) this.after(0 as Ms, action);
  }

  /** The machine is suspended: the world goes on, this machine's monotonic clock does not. */
  suspend(forMs: Ms): void {
    this.stop();
    this.#world.after(forMs, () => {
      this.#sleptMs += forMs;
      this.goOn();
    });
  }

  kill(): void {
    this.#alive = false;
  }
}

class Event implements Timer {
  readonly atMs: number;
  readonly order: number;
  action: (() => void) | undefined;

  constructor(atMs: number, order: number, action: () => void) {
    this.atMs = atMs;
    this.order = order;
    this.action = action;
  }

  cancel(): void {
    this.action = undefined;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Event[], event: Event): void {
  let index = heap.length;
  heap.push(event);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] as Event;
    if (!isBefore(event, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = event;
}

function pop(heap: Event[]): void {
  const last = heap.pop() as Event;
  const length = heap.length;
  if (length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= length) break;
    if (child + 1 < length && isBefore(heap[child + 1] as Event, heap[child] as Event)) child++;
    const below = heap[child] as Event;
    if (!isBefore(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}

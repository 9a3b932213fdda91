import type { Clock } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";

/**
 * One direction of one TCP connection: in order, delayed, and while the network is cut nothing arrives but
 * nothing is lost either; it comes after the cut is mended, as TCP's retransmissions do, unless the
 * connection died first.
 */
export class Pipe {
  readonly #clock: Clock;
  readonly #items: { dueMs: number; readonly arrive: () => void }[] = [];
  #isCut = false;
  #isClosed = false;
  #lastDueMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get length(): number {
    return this.#items.length;
  }

  send(delayMs: Ms, arrive: () => void): void {
    if (this.#isClosed) return;
    const nowMs = this.#clock.monotonicMs();
    const dueMs = Math.max(nowMs + delayMs, this.#lastDueMs);
    this.#lastDueMs = dueMs;
    this.#items.push({ dueMs, arrive });
    if (!this.#isCut) this.#pumpAfter((dueMs - nowMs) as Ms);
  }

  cut(): void {
    this.#isCut = true;
  }

  mend(delayMs: Ms): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    const dueMs = this.#clock.monotonicMs() + delayMs;
    for (const item of this.#items) {
      item.dueMs = Math.max(item.dueMs, dueMs);
      this.#pumpAfter((item.dueMs - this.#clock.monotonicMs()) as Ms);
    }
    this.#lastDueMs = Math.max(this.#lastDueMs, dueMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#items.length = 0;
  }

  #pumpAfter(delayMs: Ms): void {
    this.#clock.after(delayMs, () => this.#pump());
  }

  #pump(): void {
    while (!this.#isCut && !this.#isClosed) {
      const next = this.#items[0];
      if (next === undefined || next.dueMs > this.#clock.monotonicMs()) return;
      this.#items.shift();
      next.arrive();
    }
  }
}

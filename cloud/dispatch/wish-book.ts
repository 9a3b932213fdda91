import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock, Timer } from "@penstock/protocol/time";
import { type MonotonicMs, type Ms, seconds } from "@penstock/protocol/units";
import type { HeardSignal, OperatorInstruction, OperatorWish } from "./fleet-target.ts";

export interface WishesOfUnit {
  readonly signal: HeardSignal | undefined;
  readonly instructions: readonly OperatorInstruction[];
}

/** What operators want of each unit, and until when. Whoever listens is told when one of them ends. */
export class WishBook {
  readonly #clock: Clock;
  readonly #signals = new Map<string, HeardSignal>();
  readonly #instructions = new Map<string, OperatorInstruction[]>();
  readonly #timers = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  of(unitId: string): WishesOfUnit {
    return { signal: this.#signals.get(unitId), instructions: this.#instructions.get(unitId) ?? [] };
  }

  /** Takes a wish down; `onEnd` is called when it has run out. Refused when a newer signal is at hand, or it is too old. */
  hear(wish: OperatorWish, onEnd: () => void): Result<null, CodedError> {
    const { unitId } = wish;
    const nowMs = this.#clock.nowMs();
    if (wish.kind === "agc") {
      const held = this.#signals.get(unitId)?.signal;
      if (held !== undefined && wish.sequence <= held.sequence) {
        return fail({ code: "dispatch.stale-signal", sequence: wish.sequence, heldSequence: held.sequence });
      }
      // Clocks differ a little; a signal that lay in a queue somewhere is not followed.
      if (Math.abs(nowMs - wish.sentAtMs) > SIGNAL_AGE_MS_MAX) {
        return fail({ code: "dispatch.old-signal", ageMs: nowMs - wish.sentAtMs });
      }
      const untilMonotonicMs = (this.#clock.monotonicMs() + SIGNAL_HOLDS_MS) as MonotonicMs;
      this.#signals.set(unitId, { signal: wish, untilMonotonicMs });
      this.#later(SIGNAL_HOLDS_MS, () => this.#signals.get(unitId)?.signal === wish && onEnd());
      return ok(null);
    }
    const others = this.of(unitId).instructions.filter(({ id, untilMs }) => id !== wish.id && untilMs > nowMs);
    this.#instructions.set(unitId, wish.untilMs > nowMs ? [...others, wish].slice(-INSTRUCTIONS_MAX) : others);
    if (wish.untilMs > nowMs) this.#later(Math.min(wish.untilMs - nowMs, TIMER_MS_MAX) as Ms, onEnd);
    return ok(null);
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #later(delayMs: Ms, action: () => void): void {
    const timer = this.#clock.after(delayMs, () => {
      this.#timers.delete(timer);
      action();
    });
    this.#timers.add(timer);
  }
}

/** Operators send every 2 to 4 s; after three that did not come the award stands again. */
const SIGNAL_HOLDS_MS = seconds(12);
const SIGNAL_AGE_MS_MAX = seconds(10);
const INSTRUCTIONS_MAX = 32;
/** Longer than any award holds; a new award looks at every instruction anew. */
const TIMER_MS_MAX = 24 * 3_600_000;

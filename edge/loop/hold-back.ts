import { type MonotonicMs, Ms, type UtcMs } from "@penstock/protocol/units";
import type { EdgeEvent } from "./loop-types.ts";

/** The loop's view of its supervisor: it is told the count of cycles, and may withhold the heartbeat, which is every write. */
export interface Supervision {
  report(cycles: number, nowMs: MonotonicMs): void;
  mayCommand(nowMs: MonotonicMs): boolean;
}

/**
 * When a loop looks and does not act. One that was stopped for longer than a moment looks first: what it holds is old, and
 * the units' own timers may have run out. One whose supervisor is silent looks and never acts: the units' timers do.
 */
export class HoldBack {
  readonly #periodMs: Ms;
  readonly #supervision: Supervision | undefined;
  readonly #tell: (event: EdgeEvent) => void;
  #isWithheld = false;
  #lookUntilMs = Number.NEGATIVE_INFINITY;

  constructor(periodMs: Ms, supervision: Supervision | undefined, tell: (event: EdgeEvent) => void) {
    this.#periodMs = periodMs;
    this.#supervision = supervision;
    this.#tell = tell;
  }

  /** Longer without a cycle, and the process was held up. */
  get heldUpMs(): Ms {
    return Ms(Math.max(HELD_UP_MS, 3 * this.#periodMs));
  }

  /** For a while from now the loop only looks. */
  lookFrom(nowMs: MonotonicMs): void {
    this.#lookUntilMs = nowMs + Math.max(LOOK_MS, 3 * this.#periodMs);
  }

  /** Once a cycle; `hasActed`: it commanded before, so that being withheld from is news. */
  mustLook(cycle: {
    readonly latenessMs: number;
    readonly nowMs: MonotonicMs;
    readonly timeMs: UtcMs;
    readonly cycles: number;
    readonly hasActed: boolean;
  }): boolean {
    const { latenessMs, nowMs, timeMs, cycles, hasActed } = cycle;
    this.#supervision?.report(cycles, nowMs);
    if (latenessMs > this.heldUpMs) this.lookFrom(nowMs);
    const isWithheld = this.#supervision?.mayCommand(nowMs) === false;
    if (isWithheld !== this.#isWithheld && (hasActed || !isWithheld)) {
      this.#isWithheld = isWithheld;
      this.#tell({ ...(isWithheld ? WITHHELD : RESTORED), timeMs, facts: {} });
    }
    return isWithheld || nowMs < this.#lookUntilMs;
  }
}

const HELD_UP_MS = Ms(300);
const LOOK_MS = Ms(300);

const WITHHELD = {
  code: "loop.heartbeat-withheld",
  level: "alarm",
  text: "the supervisor withholds the heartbeat: nothing is written, the units come to rest by their own timers",
} as const;

const RESTORED = {
  code: "loop.heartbeat-restored",
  level: "info",
  text: "the supervisor permits the heartbeat again; the loop goes on from what is measured",
} as const;

import type { MonotonicMs, Ms, UtcMs } from "@penstock/protocol/units";
import { windowCycles } from "./lateness.ts";
import type { EdgeEvent, StageStats } from "./loop-types.ts";
import { SlidingHistogram } from "./sliding-histogram.ts";

/**
 * The parts of a cycle. `read` is the devices' own time, from the last request for an image until every device that
 * talks to us has answered; the others are the loop's work: `decode` makes the frozen image, `step` thinks, `guard`
 * looks once more, `write` encodes and sends.
 */
export const STAGES = ["read", "decode", "step", "guard", "write"] as const;
export type Stage = (typeof STAGES)[number];

/** What each stage may take of the period. In sum a whole cycle fits, with a tenth to spare. */
const BUDGET_SHARES: Readonly<Record<Stage, number>> = {
  read: 0.6,
  decode: 0.08,
  step: 0.12,
  guard: 0.02,
  write: 0.08,
};

/**
 * Where the time of a cycle goes, and whether it stays within what it may take. An overrun is counted always and said
 * at most once in ten seconds a stage: as a warning, and as an alarm when a tenth of the cycles since were over.
 */
export class StageWatch {
  readonly #stages: Readonly<Record<Stage, WatchedStage>>;
  readonly #cycle: SlidingHistogram;
  readonly #tell: (event: EdgeEvent) => void;

  constructor(periodMs: Ms, tell: (event: EdgeEvent) => void) {
    const size = windowCycles(periodMs);
    this.#tell = tell;
    this.#cycle = new SlidingHistogram(size);
    const watched = (stage: Stage) => new WatchedStage(stage, BUDGET_SHARES[stage] * periodMs, size);
    this.#stages = {
      read: watched("read"),
      decode: watched("decode"),
      step: watched("step"),
      guard: watched("guard"),
      write: watched("write"),
    };
  }

  /** One cycle. The stages in milliseconds; `read` belongs to the image this cycle began with. */
  add(tookMs: Readonly<Record<Stage, number>>, nowMs: MonotonicMs, timeMs: UtcMs): void {
    let cycleMs = 0;
    for (const stage of STAGES) {
      cycleMs += tookMs[stage];
      const event = this.#stages[stage].add(tookMs[stage], nowMs, timeMs);
      if (event !== undefined) this.#tell(event);
    }
    this.#cycle.add(cycleMs);
  }

  stats(): { readonly stages: Readonly<Record<Stage, StageStats>>; readonly cycleP99Ms: number } {
    const { read, decode, step, guard, write } = this.#stages;
    return {
      stages: {
        read: read.stats(),
        decode: decode.stats(),
        step: step.stats(),
        guard: guard.stats(),
        write: write.stats(),
      },
      cycleP99Ms: this.#cycle.at(0.99),
    };
  }
}

const SAY_EVERY_MS = 10_000;
const ALARM_SHARE = 0.1;

class WatchedStage {
  readonly #stage: Stage;
  readonly #budgetMs: number;
  readonly #took: SlidingHistogram;
  #overruns = 0;
  #saidMs = Number.NEGATIVE_INFINITY;
  #cyclesSince = 0;
  #overrunsSince = 0;

  constructor(stage: Stage, budgetMs: number, size: number) {
    this.#stage = stage;
    this.#budgetMs = budgetMs;
    this.#took = new SlidingHistogram(size);
  }

  add(tookMs: number, nowMs: MonotonicMs, timeMs: UtcMs): EdgeEvent | undefined {
    this.#took.add(tookMs);
    this.#cyclesSince++;
    if (tookMs <= this.#budgetMs) return undefined;
    this.#overruns++;
    this.#overrunsSince++;
    if (nowMs - this.#saidMs < SAY_EVERY_MS) return undefined;
    const isFrequent = this.#overrunsSince > 1 && this.#overrunsSince >= ALARM_SHARE * this.#cyclesSince;
    const facts = {
      stage: this.#stage,
      tookMs: Number(tookMs.toPrecision(3)),
      budgetMs: this.#budgetMs,
      overruns: this.#overrunsSince,
      cycles: this.#cyclesSince,
    };
    this.#saidMs = nowMs;
    this.#cyclesSince = 0;
    this.#overrunsSince = 0;
    return {
      code: "loop.stage-overrun",
      level: isFrequent ? "alarm" : "warning",
      text: `the cycle's ${this.#stage} takes more of the period than it may`,
      timeMs,
      facts,
    };
  }

  stats(): StageStats {
    return {
      budgetMs: this.#budgetMs,
      p50Ms: this.#took.at(0.5),
      p99Ms: this.#took.at(0.99),
      maxMs: this.#took.at(1),
      overruns: this.#overruns,
    };
  }
}

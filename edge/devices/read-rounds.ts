import { invariant, type Result } from "@penstock/protocol/result";
import type { MonotonicMs, Ms } from "@penstock/protocol/units";
import type { TransportError } from "../transports/register-transport.ts";
import type { Block, ReadPlan } from "./driver.ts";
import { isEqual } from "./registers.ts";

/** One thing to read, where it will be kept, and what to call with the answer: made once, used every cycle. */
export interface PlannedRead {
  readonly index: number;
  readonly plan: ReadPlan;
  readonly answered: (result: Result<Uint16Array, TransportError>) => void;
}

/**
 * In what order the blocks of a device are read. Each round reads what is wanted every cycle and then at most two
 * of the slower blocks, the one that has waited longest first: a device that takes its time must not grow stale in
 * what the loop acts on because a dozen nameplates fell due together. Before everything was read once there is no
 * such restraint.
 */
export class ReadRounds {
  readonly #reads: readonly PlannedRead[];
  readonly #blocks: readonly MutableBlock[];
  /** What is read every cycle. */
  readonly #always: readonly PlannedRead[];
  #isComplete = false;
  /** Of the reads of this round, which is next. */
  #next = 0;
  /** The round has not come to its slower blocks, or its end: the last answer before them may still be on its way. */
  #isGoingOn = false;
  #slow = 0;
  /** No slow block is due before. */
  #slowDueAtMs = Number.NEGATIVE_INFINITY;
  #beganMs = Number.NaN;
  #endedMs = Number.NaN;

  constructor(
    plans: readonly ReadPlan[],
    answered: (read: PlannedRead, result: Result<Uint16Array, TransportError>) => void,
  ) {
    this.#reads = plans.map((plan, index) => {
      const read: PlannedRead = { index, plan, answered: (result) => answered(read, result) };
      return read;
    });
    this.#blocks = plans.map((plan) => new MutableBlock(plan));
    this.#always = this.#reads.filter(({ plan }) => plan.count > 0 && plan.everyMs === 0);
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** Every block was read, or was refused by the device, at least once. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** A new round, unless one is still going on: that one goes on. */
  begin(nowMs: MonotonicMs): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    this.#next = 0;
    this.#slow = 0;
    this.#beganMs = nowMs;
  }

  /** There was nothing left to send. */
  end(nowMs: MonotonicMs): void {
    this.#endedMs = nowMs;
  }

  /** How long the last round took, or has been going on; undefined before the first. */
  durationMs(nowMs: MonotonicMs, isGoingOn: boolean): number | undefined {
    return Number.isNaN(this.#beganMs) ? undefined : (isGoingOn ? nowMs : this.#endedMs) - this.#beganMs;
  }

  /** When the block that has waited longest was read; Infinity or NaN where there is none to speak of. */
  get oldestReadMs(): number {
    // A block of a model the device lacks is never read and says nothing of its age; nor does one that is in no hurry.
    return this.#blocks
      .filter(({ registers, everyMs }) => registers.length > 0 && everyMs <= HURRIED_MS)
      .reduce((oldest, { readAtMs }) => Math.min(oldest, readAtMs), Number.POSITIVE_INFINITY);
  }

  /** Leaves the rest of this round: the device does not answer. */
  abandon(): void {
    this.#isGoingOn = false;
    this.#slow = SLOW_A_ROUND;
  }

  /** What to read now; undefined when the round is over. */
  next(nowMs: MonotonicMs): PlannedRead | undefined {
    const round = this.#isComplete ? this.#always : this.#reads;
    while (this.#isGoingOn && this.#next < round.length) {
      const read = round[this.#next++];
      const block = read && this.#blocks[read.index];
      if (block?.isDue(nowMs)) return this.#ask(read, block, nowMs);
    }
    this.#isGoingOn = false;
    if (!this.#isComplete || this.#slow >= SLOW_A_ROUND || nowMs < this.#slowDueAtMs) return undefined;
    const overdue = this.#mostOverdue(nowMs);
    const block = this.#blocks[overdue];
    if (block === undefined) return undefined;
    this.#slow++;
    return this.#ask(this.#reads[overdue], block, nowMs);
  }

  /** Fresh registers; whether any of them is another than before. */
  keep(index: number, registers: Uint16Array, nowMs: MonotonicMs): boolean {
    const block = this.#blocks[index];
    invariant(block !== undefined, "what is read was planned");
    const hasMoved = block.take(registers, nowMs);
    this.#answered(block);
    return hasMoved;
  }

  /** A block the device will not give, as some do with optional ones, must not keep it from being commanded. */
  refused(index: number): void {
    const block = this.#blocks[index];
    if (block !== undefined) this.#answered(block);
  }

  #answered(block: MutableBlock): void {
    if (this.#isComplete) return;
    block.isAnswered = true;
    this.#isComplete = this.#blocks.every((one) => one.isAnswered);
    if (!this.#isComplete) return;
    const left = this.#always.findIndex(({ index }) => index >= this.#next);
    this.#next = left < 0 ? this.#always.length : left;
  }

  #mostOverdue(nowMs: MonotonicMs): number {
    let found = -1;
    let dueAtMs = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#blocks.length; index++) {
      const block = this.#blocks[index];
      if (block === undefined || block.everyMs === 0 || block.registers.length === 0 || block.dueAtMs >= dueAtMs)
        continue;
      found = index;
      dueAtMs = block.dueAtMs;
    }
    this.#slowDueAtMs = dueAtMs;
    return nowMs >= dueAtMs ? found : -1;
  }

  #ask(read: PlannedRead | undefined, block: MutableBlock, nowMs: MonotonicMs): PlannedRead | undefined {
    block.dueAtMs = nowMs + block.everyMs;
    return read;
  }
}

const SLOW_A_ROUND = 2;
/** What is read less often than that is asked for at leisure: strings of cells, and who the device is. */
const HURRIED_MS = 1_000;

class MutableBlock implements Block {
  readonly registers: Uint16Array;
  readonly everyMs: Ms;
  readAtMs = Number.NaN;
  dueAtMs = Number.NEGATIVE_INFINITY;
  isAnswered: boolean;
  decoded: object | undefined;
  isDecoded = false;

  constructor({ count, everyMs }: ReadPlan) {
    this.registers = new Uint16Array(count);
    this.everyMs = everyMs;
    this.isAnswered = count === 0;
  }

  isDue(nowMs: MonotonicMs): boolean {
    return this.registers.length > 0 && nowMs >= this.dueAtMs;
  }

  /** What was decoded stands while the registers do. */
  take(registers: Uint16Array, nowMs: MonotonicMs): boolean {
    this.readAtMs = nowMs;
    if (isEqual(this.registers, registers)) return false;
    this.registers.set(registers);
    this.isDecoded = false;
    return true;
  }
}

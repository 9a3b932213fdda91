import type { Clock, Timer } from "@penstock/protocol/time";
import { MonotonicMs, type Ms } from "@penstock/protocol/units";
import type { Latches } from "../control/step-types.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { AuditLog } from "./audit-log.ts";
import type { LatchDesk } from "./latch-desk.ts";

export interface TimedCommandOptions {
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
  readonly latches: LatchDesk;
}

/** What a command of the grid operator commands. */
export interface TimedCommandKind<Command extends object> {
  readonly code: string;
  readonly expiredCode: string;
  /** "the power at the connection". */
  readonly what: string;
  held(latches: Latches): (Command & Until) | undefined;
  hold(latches: Latches, command: (Command & Until) | undefined): Latches;
}

export interface Until {
  readonly expiresMonotonicMs: MonotonicMs;
}

/** One command that goes on for as long as it is said again in time; only a change of it is news. It is never on disk. */
export class TimedCommand<Command extends object> {
  readonly #options: TimedCommandOptions;
  readonly #kind: TimedCommandKind<Command>;
  #expiry: Timer | undefined;

  constructor(kind: TimedCommandKind<Command>, options: TimedCommandOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /** `undefined` ends it. */
  set(command: Command | undefined, forMs: Ms, from: string): void {
    const { clock, audit, tell, latches } = this.#options;
    const { code, what, held, hold } = this.#kind;
    const before = held(latches.latches);
    const facts = { ...command, from };
    if (wordsOf(before) !== wordsOf(command)) audit.wire(`scada ${from}`, code, "taken", facts);
    if ((before === undefined) !== (command === undefined)) {
      const does = command === undefined ? `commands ${what} no more` : `commands ${what}`;
      tell({ code, level: "warning", text: `the grid operator's SCADA ${does}`, facts });
    }
    this.#expiry?.cancel();
    this.#expiry = command && clock.after(forMs, () => this.#forgetOld());
    const until = command && { ...command, expiresMonotonicMs: MonotonicMs(clock.monotonicMs() + forMs) };
    latches.set(hold(latches.latches, until));
  }

  stop(): void {
    this.#expiry?.cancel();
  }

  /** The loop lets go of a command by itself when its time is over; here that is said, and it is forgotten. */
  #forgetOld(): void {
    const { clock, tell, latches } = this.#options;
    const { expiredCode, what, held, hold } = this.#kind;
    const command = held(latches.latches);
    if (command === undefined || clock.monotonicMs() < command.expiresMonotonicMs) return;
    latches.set(hold(latches.latches, undefined));
    const { expiresMonotonicMs: _, ...facts } = command;
    tell({
      code: expiredCode,
      level: "warning",
      text: `the grid operator's SCADA did not renew its command of ${what} in time; it holds no more`,
      facts,
    });
  }
}

/** Of a command without its time: what tells one from another. */
const wordsOf = (command: object | undefined): string =>
  JSON.stringify(command && { ...command, expiresMonotonicMs: undefined });

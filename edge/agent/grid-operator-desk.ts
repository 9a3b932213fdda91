import type { Result } from "@penstock/protocol/result";
import { Ms, type W } from "@penstock/protocol/units";
import type { PowerInterval } from "../control/image.ts";
import type { ReactiveCommand } from "../control/step-types.ts";
import { TimedCommand, type TimedCommandKind, type TimedCommandOptions } from "./timed-command.ts";

/** A power at the point of connection, + export, and how long it holds unless it is said again. */
export interface CommandedPower {
  readonly powerW: W;
  readonly forMs: Ms;
}

/** What the grid operator says through SCADA: limits, which are latched, and commands, which are for a time. */
export class GridOperatorDesk {
  readonly #options: TimedCommandOptions;
  readonly #power: TimedCommand<{ readonly powerW: W }>;
  readonly #reactive: TimedCommand<ReactiveCommand>;

  constructor(options: TimedCommandOptions) {
    this.#options = options;
    this.#power = new TimedCommand(POWER, options);
    this.#reactive = new TimedCommand(REACTIVE, options);
  }

  /**
   * A narrower limit is in force first and on disk after; one that is wider, or lifted (`undefined`), is on disk first.
   * `done` when it is both.
   */
  limit(limitW: PowerInterval | undefined, from: string, done: (result: Result<void>) => void = () => {}): void {
    const { audit, tell, latches } = this.#options;
    const finite = (powerW: W | undefined) => (powerW !== undefined && Number.isFinite(powerW) ? powerW : null);
    const facts = { powerWMin: finite(limitW?.powerWMin), exportWMax: finite(limitW?.powerWMax), from };
    const what = limitW === undefined ? "lifts its limit" : "limits the site";
    audit.wire(`scada ${from}`, "grid-operator.limit", "taken", facts);
    tell({ code: "grid-operator.limit", level: "warning", text: `the grid operator's SCADA ${what}`, facts });
    const held = latches.latches.gridOperatorLimitW;
    const isNarrower =
      limitW !== undefined &&
      (held === undefined || (limitW.powerWMin >= held.powerWMin && limitW.powerWMax <= held.powerWMax));
    latches.change((before) => ({ ...before, gridOperatorLimitW: limitW }), isNarrower, done);
  }

  /** `undefined` ends it. */
  command(setpoint: CommandedPower | undefined, from: string): void {
    this.#power.set(setpoint && { powerW: setpoint.powerW }, setpoint?.forMs ?? Ms(0), from);
  }

  /** The same of its vars. */
  commandReactive(command: ReactiveCommand | undefined, forMs: Ms, from: string): void {
    this.#reactive.set(command, forMs, from);
  }

  stop(): void {
    this.#power.stop();
    this.#reactive.stop();
  }
}

const POWER: TimedCommandKind<{ readonly powerW: W }> = {
  code: "grid-operator.setpoint",
  expiredCode: "grid-operator.setpoint-expired",
  what: "the power at the connection",
  held: ({ gridOperatorSetpoint }) => gridOperatorSetpoint,
  hold: (latches, gridOperatorSetpoint) => ({ ...latches, gridOperatorSetpoint }),
};

const REACTIVE: TimedCommandKind<ReactiveCommand> = {
  code: "grid-operator.reactive",
  expiredCode: "grid-operator.reactive-expired",
  what: "the vars at the connection",
  held: ({ gridOperatorReactive }) => gridOperatorReactive,
  hold: (latches, gridOperatorReactive) => ({ ...latches, gridOperatorReactive }),
};

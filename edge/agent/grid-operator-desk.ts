import type { Result } from "@penstock/protocol/result";
import type { Clock, Timer } from "@penstock/protocol/time";
import { MonotonicMs, type Ms, type W } from "@penstock/protocol/units";
import type { PowerInterval } from "../control/image.ts";
import type { Latches } from "../control/step-types.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { AuditLog } from "./audit-log.ts";
import type { LatchDesk } from "./latch-desk.ts";

/** A power at the point of connection, + export, and how long it holds unless it is said again. */
export interface CommandedPower {
  readonly powerW: W;
  readonly forMs: Ms;
}

export interface GridOperatorDeskOptions {
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
  readonly latches: LatchDesk;
}

/** What the grid operator says through SCADA: limits, which are latched, and commands, which are for a time. */
export class GridOperatorDesk {
  readonly #options: GridOperatorDeskOptions;

  #expiry: Timer | undefined;

  constructor(options: GridOperatorDeskOptions) {
    this.#options = options;
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

  /** A command goes on for as long as it is written again in time; only a change of it is news. `undefined` ends it. */
  command(setpoint: CommandedPower | undefined, from: string): void {
    const { clock, audit, tell, latches } = this.#options;
    const before = latches.latches.gridOperatorSetpoint;
    const facts = { powerW: setpoint?.powerW ?? null, from };
    if (before?.powerW !== setpoint?.powerW) audit.wire(`scada ${from}`, "grid-operator.setpoint", "taken", facts);
    if ((before === undefined) !== (setpoint === undefined)) {
      const what = setpoint === undefined ? "commands nothing any more" : "commands the power at the connection";
      tell({ code: "grid-operator.setpoint", level: "warning", text: `the grid operator's SCADA ${what}`, facts });
    }
    this.#expiry?.cancel();
    this.#expiry = setpoint && clock.after(setpoint.forMs, () => this.#forgetOldSetpoint());
    this.#hold(
      setpoint && {
        powerW: setpoint.powerW,
        expiresMonotonicMs: MonotonicMs(clock.monotonicMs() + setpoint.forMs),
      },
    );
  }

  /** The loop lets go of a command by itself when its time is over; here that is said, and it is forgotten. */
  #forgetOldSetpoint(): void {
    const { clock, tell, latches } = this.#options;
    const { gridOperatorSetpoint: setpoint } = latches.latches;
    if (setpoint === undefined || clock.monotonicMs() < setpoint.expiresMonotonicMs) return;
    this.#hold(undefined);
    tell({
      code: "grid-operator.setpoint-expired",
      level: "warning",
      text: "the grid operator's SCADA did not renew its set-point in time; it holds no more",
      facts: { powerW: setpoint.powerW },
    });
  }

  stop(): void {
    this.#expiry?.cancel();
  }

  #hold(gridOperatorSetpoint: Latches["gridOperatorSetpoint"]): void {
    const { latches } = this.#options;
    latches.set({ ...latches.latches, gridOperatorSetpoint });
  }
}

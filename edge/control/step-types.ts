import type { MonotonicMs, Ms, Var, W, WPerS } from "@penstock/protocol/units";
import type { EnergyLedger } from "./energy-ledger.ts";
import type { PowerInterval, SiteImage } from "./image.ts";

/** A lease the keeper has accepted, as the loop sees it: deadlines are monotonic, so no clock step stretches them. */
export interface Grant {
  readonly leaseId: string;
  readonly sequence: number;
  readonly priority: number;
  readonly kind: "setpoint" | "limit" | "release" | "estop" | "schedule";
  readonly powerW: W;
  readonly reactiveVar: Var;
  readonly rampWPerS: WPerS | undefined;
  readonly limitW: PowerInterval | undefined;
  /** Kind `setpoint` only: what it wants kept ready, by the service's name. */
  readonly reserves?: readonly { readonly service: string; readonly powerW: W }[];
  /** Kind `schedule` only: what to do when nothing fresher asks, in order of time, never two at once. */
  readonly schedule?: readonly ScheduledPower[];
  readonly notBeforeMonotonicMs: MonotonicMs;
  readonly expiresMonotonicMs: MonotonicMs;
  readonly onExpire:
    | { readonly action: "ramp-to-zero"; readonly rampWPerS: WPerS | undefined }
    | { readonly action: "hold"; readonly forMs: Ms }
    | { readonly action: "local" };
  readonly reason: string;
}

/** A power for a time, `[startMonotonicMs, endMonotonicMs)`, at the battery terminals in sum. */
export interface ScheduledPower {
  readonly startMonotonicMs: MonotonicMs;
  readonly endMonotonicMs: MonotonicMs;
  readonly powerW: W;
}

/**
 * Latched by people at the site or by the grid operator; survives restarts, but for the set-point; the cloud can clear
 * none of it.
 */
export interface Latches {
  readonly stop: { readonly by: string; readonly reason: string } | undefined;
  readonly localLimitW: (PowerInterval & { readonly by: string; readonly reason: string }) | undefined;
  readonly mode: "auto" | "manual" | "maintenance";
  readonly manualPowerW: W;
  readonly gridOperatorLimitW: PowerInterval | undefined;
  /** What the grid operator's SCADA commands at the connection, for a time: never on disk, for an old command is none. */
  readonly gridOperatorSetpoint?: TimedSetpoint | undefined;
  /** The same of its vars. */
  readonly gridOperatorReactive?: TimedReactive | undefined;
}

export interface TimedSetpoint {
  readonly powerW: W;
  readonly expiresMonotonicMs: MonotonicMs;
}

/** Vars at the point of connection, + injects; or as many as make a power factor of 0 to 1 with the power that flows. */
export type ReactiveCommand =
  | { readonly kind: "reactive"; readonly reactiveVar: Var }
  | { readonly kind: "power-factor"; readonly powerFactor: number; readonly excitation: "over" | "under" };

export type TimedReactive = ReactiveCommand & { readonly expiresMonotonicMs: MonotonicMs };

export interface StepInput {
  readonly image: SiteImage;
  readonly grants: readonly Grant[];
  readonly latches: Latches;
  /** What an earlier process had counted: given once, when it has come back from the disk. */
  readonly restoredLedger?: EnergyLedger;
}

export interface UnitCommand {
  readonly unitId: string;
  readonly powerW: W;
  readonly reactiveVar: Var;
}

/** Who asked for the power of this cycle, strongest first. */
export type WishSource = "stop" | "operator" | "grid-operator" | "lease" | "schedule" | "fallback" | "site-default";

export interface Because {
  /** The limit's name on its shelf: `grid-connection`, `grid-operator`, `soc-window`, … */
  readonly limit: string;
  readonly interval: PowerInterval;
  /** How far this limit moved the target, signed, W. */
  readonly movedW: W;
  /** One clause for a person: "export limit 5.0 MW less 1.2 MW from the rest of the site". */
  readonly text: string;
}

/** One service of the site in one cycle. Powers at the battery terminals in sum. */
export interface ServiceLine {
  /** Its name in the site's configuration: `nesoDcLow`, `ieee1547Droop`, … */
  readonly service: string;
  readonly contractedW: W;
  /** What its rule asks for now, in its own time. */
  readonly wantedW: W;
  /** What the limits left of it. */
  readonly deliveredW: W;
  /** One clause for a person; empty while it asks for nothing. */
  readonly text: string;
}

/** One reactive service of the site in one cycle; positive injects. */
export interface ReactiveLine {
  readonly service: string;
  readonly wantedVar: Var;
  readonly text: string;
}

/** From wish to write, for one cycle. `sitectl why` prints it; the recorder keeps it. */
export interface Explanation {
  readonly source: WishSource;
  /** What was asked, at the battery terminals in sum. */
  readonly wishW: W;
  readonly wishText: string;
  readonly leaseId: string | undefined;
  /** What the site's services add to the wish; empty on a site without any, and while it rests or is stopped. */
  readonly services: readonly ServiceLine[];
  /** What its reactive services ask for, on top of a lease's; each unit gives what its circle leaves. */
  readonly reactive: readonly ReactiveLine[];
  /** After limits, before the ramp. */
  readonly clampedW: W;
  /** After the ramp: what was split over the units. */
  readonly targetW: W;
  /** What the limits leave for what is wished; services that keep room free for themselves may go beyond. */
  readonly interval: PowerInterval;
  readonly because: readonly Because[];
  /** Units that could not take their share, and why. */
  readonly units: readonly { readonly unitId: string; readonly powerW: W; readonly because: string }[];
  readonly alarms: readonly CoreAlarm[];
}

export interface CoreAlarm {
  readonly code: string;
  readonly text: string;
}

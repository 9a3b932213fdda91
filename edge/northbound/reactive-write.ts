import { type Ms, type VA, Var } from "@penstock/protocol/units";
import type { ReactiveCommand } from "../control/step-types.ts";
import type { WriteStatus } from "./server-link.ts";

export interface ReactiveWriteContext {
  readonly isGranted: boolean;
  /** The command in force now. */
  readonly command: ReactiveCommand | undefined;
  /** How long a command holds unless it is written again. */
  readonly forMs: Ms;
  /** All the units can carry together: a figure beyond it is a slip, not a command. */
  readonly apparentVAMax: VA;
}

/** The command that a write leaves, and for how long; `undefined` ends it. */
export interface ReactiveWritten {
  readonly command: ReactiveCommand | undefined;
  readonly forMs: Ms;
}

/**
 * What one write to the grid operator's reactive nodes means, pure. `ReactiveSetpoint` in var and `PowerFactorSetpoint` stand
 * in for one another: the last that was written holds. A power factor bears its excitation as its sign, + injects. The
 * heartbeat `ReactiveSetpointActive` takes true only while there is one to renew.
 */
export function reactiveWrite(
  path: string,
  value: unknown,
  { isGranted, command, forMs, apparentVAMax }: ReactiveWriteContext,
): ReactiveWritten | WriteStatus {
  if (!isGranted) return "BadNotWritable";
  switch (path) {
    case "Site/GridOperator/ReactiveSetpoint":
      if (!isNumber(value) || Math.abs(value) > apparentVAMax) return "BadOutOfRange";
      return { command: { kind: "reactive", reactiveVar: Var(value) }, forMs };
    case "Site/GridOperator/PowerFactorSetpoint": {
      if (!isNumber(value) || Math.abs(value) < POWER_FACTOR_MIN || Math.abs(value) > 1) return "BadOutOfRange";
      const excitation = value > 0 ? "over" : "under";
      return { command: { kind: "power-factor", powerFactor: Math.abs(value), excitation }, forMs };
    }
    case "Site/GridOperator/ReactiveSetpointActive":
      if (value === false) return { command: undefined, forMs };
      return value === true && command !== undefined ? { command, forMs } : "BadInvalidState";
    default:
      return "BadNotWritable";
  }
}

/** Below it a power factor is a slip: more than one and a half times the power in vars. */
export const POWER_FACTOR_MIN = 0.5;

export const isReactiveNode = (path: string): boolean =>
  path.startsWith("Site/GridOperator/Reactive") || path.startsWith("Site/GridOperator/PowerFactor");

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

import { Ms, seconds, W } from "@penstock/protocol/units";
import type { CommandedPower } from "../agent/grid-operator-desk.ts";
import type { WriteStatus } from "./server-link.ts";

export interface SetpointWriteContext {
  readonly isGranted: boolean;
  /** The command in force now. */
  readonly powerW: W | undefined;
  /** How long a command holds unless it is written again. */
  readonly forMs: Ms;
  /** The connection's own limits: a figure beyond them is a slip, not a command. */
  readonly exportWMax: W;
  readonly importWMax: W;
}

/** What a write comes to: the time from now on, and, unless the write only named that, the command; `undefined` ends it. */
export interface SetpointWritten {
  readonly forMs: Ms;
  readonly command?: { readonly setpoint: CommandedPower | undefined };
}

/**
 * What one write to `Site/GridOperator/Setpoint…` means, pure. Every write while a command is in force renews it;
 * `SetpointActive` takes false, which ends it, and true, the heartbeat, only while there is one: a command without a
 * figure cannot be meant. There is no command without an end: `SetpointTime` is 1 s to an hour.
 */
export function setpointWrite(
  path: string,
  value: unknown,
  { isGranted, powerW, forMs, exportWMax, importWMax }: SetpointWriteContext,
): SetpointWritten | WriteStatus {
  if (!isGranted) return "BadNotWritable";
  const commanding = (setpointW: W, heldForMs: Ms): SetpointWritten => ({
    forMs: heldForMs,
    command: { setpoint: { powerW: setpointW, forMs: heldForMs } },
  });
  switch (path) {
    case "Site/GridOperator/Setpoint":
      if (!isBetween(value, -importWMax, exportWMax)) return "BadOutOfRange";
      return commanding(W(value), forMs);
    case "Site/GridOperator/SetpointTime": {
      if (!isBetween(value, SETPOINT_S_MIN, SETPOINT_S_MAX)) return "BadOutOfRange";
      const nextMs = Ms(Math.round(seconds(value)));
      return powerW === undefined ? { forMs: nextMs } : commanding(powerW, nextMs);
    }
    case "Site/GridOperator/SetpointActive":
      if (value === false) return { forMs, command: { setpoint: undefined } };
      return value === true && powerW !== undefined ? commanding(powerW, forMs) : "BadInvalidState";
    default:
      return "BadNotWritable";
  }
}

export const SETPOINT_S_MIN = 1;
export const SETPOINT_S_MAX = 3_600;

const isBetween = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;

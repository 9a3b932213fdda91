import { W } from "@penstock/protocol/units";
import type { PowerInterval } from "../control/image.ts";
import type { Latches } from "../control/step-types.ts";

/** What a person at the site may ask (`sitectl`), one JSON object a line on the site's socket. */
export type OperatorRequest =
  | { readonly op: "status" | "why" | "lease" | "alarms" }
  | { readonly op: "events" | "audit"; readonly limit: number }
  | OperatorAction;

/** What changes a latch. Each names who and why: both go into the audit log. */
export type OperatorAction =
  | { readonly op: "stop" | "resume" | "limit-clear"; readonly by: string; readonly reason: string }
  | {
      readonly op: "limit-set";
      readonly by: string;
      readonly reason: string;
      readonly powerWMin: number | null;
      readonly powerWMax: number | null;
    }
  | {
      readonly op: "mode";
      readonly by: string;
      readonly reason: string;
      readonly mode: Latches["mode"];
      readonly powerW: number;
    };

/** Undefined when it is none of them. */
export function parseOperatorRequest(value: unknown): OperatorRequest | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const request = value as Record<string, unknown>;
  const { op, by, reason, limit } = request;
  switch (op) {
    case "status":
    case "why":
    case "lease":
    case "alarms":
      return { op };
    case "events":
    case "audit":
      return Number.isInteger(limit) && Number(limit) > 0 ? { op, limit: Math.min(Number(limit), 1_000) } : undefined;
  }
  if (!isText(by) || !isText(reason)) return undefined;
  switch (op) {
    case "stop":
    case "resume":
    case "limit-clear":
      return { op, by, reason };
    case "limit-set": {
      const { powerWMin = null, powerWMax = null } = request;
      if (!isPowerOrNull(powerWMin) || !isPowerOrNull(powerWMax)) return undefined;
      const isEmpty = powerWMin === null && powerWMax === null;
      const isInsideOut = powerWMin !== null && powerWMax !== null && powerWMin > powerWMax;
      return isEmpty || isInsideOut ? undefined : { op, by, reason, powerWMin, powerWMax };
    }
    case "mode": {
      const { mode, powerW = 0 } = request;
      if (mode !== "auto" && mode !== "manual" && mode !== "maintenance") return undefined;
      return isPower(powerW) ? { op, by, reason, mode, powerW } : undefined;
    }
    default:
      return undefined;
  }
}

/** What the latches become. */
export function applyAction(latches: Latches, action: OperatorAction): Latches {
  const { by, reason } = action;
  switch (action.op) {
    case "stop":
      return { ...latches, stop: { by, reason } };
    case "resume":
      return { ...latches, stop: undefined };
    case "limit-set":
      return { ...latches, localLimitW: { ...interval(action.powerWMin, action.powerWMax), by, reason } };
    case "limit-clear":
      return { ...latches, localLimitW: undefined };
    case "mode":
      return { ...latches, mode: action.mode, manualPowerW: W(action.powerW) };
  }
}

const interval = (powerWMin: number | null, powerWMax: number | null): PowerInterval => ({
  powerWMin: W(powerWMin ?? Number.NEGATIVE_INFINITY),
  powerWMax: W(powerWMax ?? Number.POSITIVE_INFINITY),
});

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= 200;

const isPower = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isPowerOrNull = (value: unknown): value is number | null => value === null || isPower(value);

import { W } from "@penstock/protocol/units";
import type { Latches } from "../../control/step-types.ts";
import { latchRequest } from "./latch-request.ts";
import { isPower } from "./request.ts";

export const mode = latchRequest<{ mode: Latches["mode"]; powerW: number }>({
  op: "mode",
  outdates: ["mode"],

  parse({ mode, powerW = 0 }) {
    if (mode !== "auto" && mode !== "manual" && mode !== "maintenance") return undefined;
    return isPower(powerW) ? { mode, powerW } : undefined;
  },

  /** Nobody is sent near equipment that one person alone may set going again. */
  widens: (latches, { mode }) =>
    latches.mode === "maintenance" && mode !== "maintenance"
      ? { now: "mode maintenance: the batteries keep still", after: `mode ${mode}` }
      : undefined,

  apply: (latches, { mode, powerW }) => ({ ...latches, mode, manualPowerW: W(powerW) }),
});

import { W } from "@penstock/protocol/units";
import type { PowerInterval } from "../control/image.ts";
import type { Latches } from "../control/step-types.ts";

/** Nothing latched: what a new site begins with. */
export const noLatches: Latches = {
  stop: undefined,
  localLimitW: undefined,
  mode: "auto",
  manualPowerW: W(0),
  gridOperatorLimitW: undefined,
};

/** As the store keeps them: JSON has no infinity, so an open end is null. */
export function latchesToFact(latches: Latches): unknown {
  const { stop, localLimitW, mode, manualPowerW, gridOperatorLimitW } = latches;
  return {
    ...(stop && { stop }),
    ...(localLimitW && { localLimitW: { ...localLimitW, ...closedEnds(localLimitW) } }),
    mode,
    manualPowerW,
    ...(gridOperatorLimitW && { gridOperatorLimitW: closedEnds(gridOperatorLimitW) }),
  };
}

/** Undefined when the fact is not one of ours: the caller must say so, for a latch may be lost. */
export function latchesFromFact(fact: unknown): Latches | undefined {
  if (!isRecord(fact)) return undefined;
  const { stop, localLimitW, mode, manualPowerW, gridOperatorLimitW } = fact;
  if (mode !== "auto" && mode !== "manual" && mode !== "maintenance") return undefined;
  return {
    stop: isRecord(stop) ? { by: String(stop["by"]), reason: String(stop["reason"]) } : undefined,
    localLimitW: isRecord(localLimitW)
      ? { ...openEnds(localLimitW), by: String(localLimitW["by"]), reason: String(localLimitW["reason"]) }
      : undefined,
    mode,
    manualPowerW: W(typeof manualPowerW === "number" ? manualPowerW : 0),
    gridOperatorLimitW: isRecord(gridOperatorLimitW) ? openEnds(gridOperatorLimitW) : undefined,
  };
}

const closedEnds = ({ powerWMin, powerWMax }: PowerInterval) => ({
  powerWMin: Number.isFinite(powerWMin) ? powerWMin : null,
  powerWMax: Number.isFinite(powerWMax) ? powerWMax : null,
});

const openEnds = ({ powerWMin, powerWMax }: Record<string, unknown>): PowerInterval => ({
  powerWMin: W(typeof powerWMin === "number" ? powerWMin : Number.NEGATIVE_INFINITY),
  powerWMax: W(typeof powerWMax === "number" ? powerWMax : Number.POSITIVE_INFINITY),
});

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

import type { Reading, UnitImage } from "./image.ts";

/**
 * Why a unit may not be given power now, as one clause; undefined when it may. A unit is usable only while all
 * that decides about it is fresh: an unread unit is one that cannot answer, and counts as 0.
 */
export function unusableBecause(unit: UnitImage): string | undefined {
  if (unit.state.quality !== "good") return notFresh("state", unit.state);
  if (unit.state.value !== "running" && unit.state.value !== "standby")
    return `unit is ${stateWords[unit.state.value]}`;
  if (unit.remote.quality !== "good") return notFresh("control mode", unit.remote);
  if (!unit.remote.value) return "unit is in local control or fell back by itself";
  if (unit.refused?.quality === "good" && unit.refused.value) return "unit refuses our set-points";
  if (unit.powerW.quality !== "good") return notFresh("power", unit.powerW);
  if (unit.dischargeWMax.quality !== "good") return notFresh("discharge allowance", unit.dischargeWMax);
  if (unit.chargeWMax.quality !== "good") return notFresh("charge allowance", unit.chargeWMax);
  return undefined;
}

const stateWords = { starting: "still starting", fault: "in fault", off: "off" } as const;

const notFresh = (what: string, reading: Exclude<Reading<unknown>, { quality: "good" }>): string =>
  `${what} is ${reading.quality}: ${reading.cause}`;

import type { MonotonicMs } from "@penstock/protocol/units";
import type { UnitImage } from "../image.ts";
import { unusableBecause } from "../usable.ts";
import { inWords } from "../words.ts";
import type { Doubt, Finding, Look } from "./doubt.ts";

/** One unit's power, the same to the last bit and far from its set-point since a moment. */
export interface UnitFreeze {
  readonly powerW: number;
  readonly sinceMs: MonotonicMs;
  /** It is left alone until then, and tried again. */
  readonly doubtedUntilMs: MonotonicMs | undefined;
  readonly cause: string;
}

/**
 * A unit that says it holds a set-point and whose power does not move by a watt towards it either lies or does not
 * work: its share is for others. After a minute it is tried again.
 */
export function unitFreeze(
  before: readonly (UnitFreeze | undefined)[],
  look: Look,
): Finding<readonly (UnitFreeze | undefined)[]> {
  const doubts: Doubt[] = [];
  const memory = look.image.units.map((unit, index) => {
    const now = follow(before[index], unit, look);
    if (now?.doubtedUntilMs !== undefined) doubts.push({ device: unit.id, field: "powerW", cause: now.cause });
    return now;
  });
  return { memory, doubts };
}

function follow(before: UnitFreeze | undefined, unit: UnitImage, { nowMs, terms }: Look): UnitFreeze | undefined {
  if (before?.doubtedUntilMs !== undefined) return nowMs < before.doubtedUntilMs ? before : undefined;
  const { powerW, setpointW, rating } = unit;
  if (powerW.quality !== "good" || setpointW.quality !== "good" || unusableBecause(unit) !== undefined)
    return undefined;
  const farW = farShare * Math.max(rating.chargeWMax, rating.dischargeWMax);
  if (Math.abs(powerW.value - setpointW.value) <= farW) return undefined;
  if (before === undefined || before.powerW !== powerW.value) {
    return { powerW: powerW.value, sinceMs: nowMs, doubtedUntilMs: undefined, cause: "" };
  }
  const frozenMs = nowMs - before.sinceMs;
  if (frozenMs < terms.unitFreezeMs) return before;
  const cause = `stands at ${inWords(powerW.value)} for ${(frozenMs / 1e3).toFixed(0)} s with a set-point of ${inWords(setpointW.value)}`;
  return { ...before, doubtedUntilMs: (nowMs + aloneMs) as MonotonicMs, cause };
}

const farShare = 0.1;
const aloneMs = 60_000;

import type { MonotonicMs } from "@penstock/protocol/units";
import type { UnitImage } from "../image.ts";
import type { Doubt, Finding, Look } from "./doubt.ts";

/** One unit's charge at a moment, and what has gone in and out of it since by its power. Fractions of its capacity. */
export interface SocDrift {
  readonly sinceMs: MonotonicMs;
  readonly soc: number;
  readonly outSoc: number;
  readonly throughputSoc: number;
  readonly doubtedUntilMs: MonotonicMs | undefined;
  readonly cause: string;
}

/**
 * Charge that does not fall and rise with the energy that goes out and in is not believed: a gauge that is stuck, or
 * that jumped. Generous, because capacity fades, batteries lose a tenth on the way, and gauges correct themselves.
 * After ten minutes the gauge is taken anew.
 */
export function socDrift(
  before: readonly (SocDrift | undefined)[],
  look: Look,
): Finding<readonly (SocDrift | undefined)[]> {
  const doubts: Doubt[] = [];
  const memory = look.image.units.map((unit, index) => {
    const now = follow(before[index], unit, look);
    if (now?.doubtedUntilMs !== undefined) doubts.push({ device: unit.id, field: "soc", cause: now.cause });
    return now;
  });
  return { memory, doubts };
}

function follow(before: SocDrift | undefined, unit: UnitImage, look: Look): SocDrift | undefined {
  const { nowMs, elapsedMs, terms } = look;
  if (before?.doubtedUntilMs !== undefined) return nowMs < before.doubtedUntilMs ? before : undefined;
  const { soc, powerW, rating } = unit;
  if (soc.quality !== "good" || powerW.quality !== "good") return undefined;
  const anew = { sinceMs: nowMs, soc: soc.value, outSoc: 0, throughputSoc: 0, doubtedUntilMs: undefined, cause: "" };
  if (before === undefined || elapsedMs === 0) return anew;

  const stepSoc = (powerW.value * elapsedMs * terms.energySpeed) / 3600e3 / rating.capacityWh;
  const outSoc = before.outSoc + stepSoc;
  const throughputSoc = before.throughputSoc + Math.abs(stepSoc);
  const lagSoc =
    (Math.max(rating.chargeWMax, rating.dischargeWMax) * lagMs * terms.energySpeed) / 3600e3 / rating.capacityWh;
  const driftSoc = Math.abs(before.soc - soc.value - outSoc);
  if (driftSoc > terms.socDriftMax + lossShare * throughputSoc + lagSoc) {
    const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
    const cause = `went from ${percent(before.soc)} to ${percent(soc.value)} while ${percent(outSoc)} of the capacity went out`;
    return { ...before, doubtedUntilMs: (nowMs + anewMs) as MonotonicMs, cause };
  }
  // Not for ever, or a fading capacity would add up to a doubt.
  if (nowMs - before.sinceMs >= spanMs || throughputSoc >= spanSoc) return anew;
  return { ...before, outSoc, throughputSoc };
}

const lossShare = 0.35;
/** Charge is read once a second and told a little late. */
const lagMs = 3_000;
const spanMs = 30 * 60_000;
const spanSoc = 0.6;
const anewMs = 10 * 60_000;

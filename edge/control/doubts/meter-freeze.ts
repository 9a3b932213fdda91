import type { MonotonicMs } from "@penstock/protocol/units";
import type { Reading, SiteImage } from "../image.ts";
import { inWords } from "../words.ts";
import { type Finding, type Look, noDoubts } from "./doubt.ts";

/** What the meter has shown since a moment, and between what the units have moved meanwhile. */
export interface MeterFreeze {
  readonly sinceMs: MonotonicMs;
  readonly shown: string;
  readonly unitsWMin: number;
  readonly unitsWMax: number;
}

/**
 * A meter whose power, frequency and voltage are the same to the last bit while the units move has stopped measuring,
 * whatever its time stamps say. All three, because a battery that follows the load may hold the power still.
 */
export function meterFreeze(before: MeterFreeze | undefined, look: Look): Finding<MeterFreeze | undefined> {
  const { image, nowMs, terms } = look;
  const { meter } = image;
  if (meter.powerW.quality !== "good") return { memory: undefined, doubts: noDoubts };
  const shown = [meter.powerW, meter.frequencyHz, meter.voltageV].map(wordOf).join("/");
  const unitsW = sumOfUnits(image);
  if (before === undefined || before.shown !== shown || unitsW === undefined) {
    const memory = unitsW === undefined ? undefined : { sinceMs: nowMs, shown, unitsWMin: unitsW, unitsWMax: unitsW };
    return { memory, doubts: noDoubts };
  }
  const memory = {
    ...before,
    unitsWMin: Math.min(before.unitsWMin, unitsW),
    unitsWMax: Math.max(before.unitsWMax, unitsW),
  };
  const movedW = memory.unitsWMax - memory.unitsWMin;
  const frozenMs = nowMs - memory.sinceMs;
  if (frozenMs < terms.meterFreezeMs || movedW <= movedShare * ratedW(image)) return { memory, doubts: noDoubts };
  const cause = `it has not changed for ${(frozenMs / 1e3).toFixed(0)} s while the units moved by ${inWords(movedW)}`;
  return {
    memory,
    doubts: [
      { device: "meter", field: "powerW", cause },
      { device: "meter", field: "frequencyHz", cause },
    ],
  };
}

/** Of all nameplates: more than measuring noise. */
const movedShare = 0.02;

const wordOf = (reading: Reading<number>): string => (reading.quality === "good" ? String(reading.value) : "");

/** Undefined while one of them cannot be read: then nobody knows what the meter should show. */
export function sumOfUnits({ units }: SiteImage): number | undefined {
  let sumW = 0;
  for (const { powerW } of units) {
    if (powerW.quality !== "good") return undefined;
    sumW += powerW.value;
  }
  return sumW;
}

function ratedW({ units }: SiteImage): number {
  let sumW = 0;
  for (const { rating } of units) sumW += Math.max(rating.chargeWMax, rating.dischargeWMax);
  return sumW;
}

import type { MonotonicMs } from "@penstock/protocol/units";
import { inWords } from "../words.ts";
import { type Finding, type Look, noDoubts } from "./doubt.ts";
import { sumOfUnits } from "./meter-freeze.ts";

/** Since when the meter has shown what the site cannot do. */
export interface RestBound {
  readonly sinceMs: MonotonicMs;
}

/** Where a site says how much there is besides its batteries, a meter that shows more for a while is not believed. */
export function restBound(before: RestBound | undefined, look: Look): Finding<RestBound | undefined> {
  const { image, nowMs, terms } = look;
  const { powerW } = image.meter;
  const unitsW = sumOfUnits(image);
  const { restOfSiteWMax } = terms;
  const fine = { memory: undefined, doubts: noDoubts };
  if (restOfSiteWMax === undefined || powerW.quality !== "good" || unitsW === undefined) return fine;
  const restW = powerW.value - unitsW;
  if (Math.abs(restW) <= restOfSiteWMax) return fine;
  const memory = before ?? { sinceMs: nowMs };
  if (nowMs - memory.sinceMs < patienceMs) return { memory, doubts: noDoubts };
  const cause = `${inWords(powerW.value)} at the meter and ${inWords(unitsW)} of the units leave ${inWords(restW)} for the rest, which has at most ${inWords(restOfSiteWMax)}`;
  return { memory, doubts: [{ device: "meter", field: "powerW", cause }] };
}

/** Meter and units are read at different moments: while they move they may disagree. */
const patienceMs = 3_000;

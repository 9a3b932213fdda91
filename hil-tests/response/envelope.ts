import type { PowerSample } from "@penstock/firmware-sims/sites/index.ts";
import { type ServiceTerms, wantedPart } from "./service-terms.ts";

/** Between what a service may give, moment by moment, as parts of the contract; one entry a sample. */
export interface Envelope {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/**
 * Every answer a service may give: begun anywhere between its earliest and its latest start, and from there at once
 * or along the slowest straight line that is still full in time. What lies between all of those is inside.
 */
export function envelopeOf(samples: readonly PowerSample[], terms: ServiceTerms): Envelope {
  const wanted = wantedOf(samples, terms);
  const slowest: Pace = terms.isLag
    ? { tauS: terms.fullByS / Math.LN10 }
    : { ratePerS: 1 / Math.max(0.001, terms.fullByS - terms.startByS) };
  const min = wanted.map(() => Number.POSITIVE_INFINITY);
  const max = wanted.map(() => Number.NEGATIVE_INFINITY);
  for (let part = 0; part <= STARTS; part++) {
    const delayS = terms.earliestS + ((terms.startByS - terms.earliestS) * part) / STARTS;
    for (const pace of [AT_ONCE, slowest]) {
      answer(samples, wanted, delayS, pace).forEach((pu, index) => {
        min[index] = Math.min(min[index] ?? 0, pu);
        max[index] = Math.max(max[index] ?? 0, pu);
      });
    }
  }
  return { min, max };
}

const STARTS = 8;

/** How an answer gets to what is wanted: along a straight line, or as a first-order lag. */
type Pace = { readonly ratePerS: number } | { readonly tauS: number };
const AT_ONCE: Pace = { ratePerS: Number.POSITIVE_INFINITY };

/** What the terms ask for at each moment's frequency; a switched service keeps it up. */
export function wantedOf(samples: readonly PowerSample[], terms: ServiceTerms): number[] {
  let latchedUntilMs = Number.NEGATIVE_INFINITY;
  return samples.map(({ atMs, frequencyHz }) => {
    const pu = wantedPart(terms, frequencyHz);
    if (terms.latchedS === undefined) return pu;
    if (pu !== 0 && atMs > latchedUntilMs) latchedUntilMs = atMs + terms.latchedS * 1e3;
    return atMs <= latchedUntilMs ? 1 : 0;
  });
}

/** One answer: so much later, and at a pace. */
function answer(samples: readonly PowerSample[], wanted: readonly number[], delayS: number, pace: Pace): number[] {
  const startMs = samples[0]?.atMs ?? 0;
  let heard = 0;
  let pu = wanted[0] ?? 0;
  let beforeMs = startMs;
  return samples.map(({ atMs }) => {
    while ((samples[heard + 1]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs - delayS * 1e3) heard++;
    pu += step((wanted[heard] ?? 0) - pu, (atMs - beforeMs) / 1e3, pace);
    beforeMs = atMs;
    return pu;
  });
}

function step(missing: number, elapsedS: number, pace: Pace): number {
  if ("tauS" in pace) return missing * (1 - Math.exp(-elapsedS / pace.tauS));
  if (pace.ratePerS === Number.POSITIVE_INFINITY) return missing;
  return Math.max(-pace.ratePerS * elapsedS, Math.min(pace.ratePerS * elapsedS, missing));
}

import type { PowerSample } from "@penstock/firmware-sims/sites/index.ts";
import { type Envelope, envelopeOf, wantedOf } from "./envelope.ts";
import type { ServiceTerms } from "./service-terms.ts";

/** A judgement of what the plant did. Powers as parts of the contract, over what the site did before the event. */
export interface Judgement {
  /** From the change of frequency to the first movement, and to the whole; undefined where there was none. */
  readonly startS: number | undefined;
  readonly fullS: number | undefined;
  /** How far outside the envelope at worst, and on average of the time: parts of the contract. */
  readonly errorMax: number;
  readonly errorMean: number;
  readonly faults: readonly string[];
  readonly parts: readonly number[];
  readonly envelope: Envelope;
}

/** 3 % of the contract is taken as right (NESO: no penalty up to 3 % error, unverified). */
export const TOLERANCE = 0.03;
/** Movement: more than the rest of the site moves by itself. */
const MOVED = 0.01;

/**
 * Looks at the meter alone. `slackS` is added to what must have begun or be full by then: a machine that many share is
 * late in ways that are not the site's.
 */
export function judgeResponse(
  samples: readonly PowerSample[],
  contractedW: number,
  terms: ServiceTerms,
  slackS = 0,
): Judgement {
  const late: ServiceTerms = { ...terms, startByS: terms.startByS + slackS, fullByS: terms.fullByS + slackS };
  const wanted = wantedOf(samples, terms);
  const beforeW = samples[0]?.gridPowerW ?? 0;
  const parts = samples.map(({ gridPowerW }) => (gridPowerW - beforeW) / contractedW);
  const envelope = envelopeOf(samples, late);
  const outside = parts.map((pu, index) =>
    Math.max(0, pu - (envelope.max[index] ?? 0), (envelope.min[index] ?? 0) - pu),
  );
  const errorMax = Math.max(0, ...outside);
  const errorMean = outside.reduce((sum, one) => sum + one, 0) / Math.max(1, outside.length);
  const changed = wanted.findIndex((pu) => pu !== wanted[0]);
  const sinceS = (index: number) =>
    index < 0 ? undefined : ((samples[index]?.atMs ?? 0) - (samples[changed]?.atMs ?? 0)) / 1e3;
  const startS = sinceS(changed < 0 ? -1 : parts.findIndex((pu, index) => index >= changed && Math.abs(pu) > MOVED));
  const isStep = changed >= 0 && wanted.slice(changed).every((pu) => pu === wanted[changed]);
  const to = wanted[changed] ?? 0;
  const fullS = isStep
    ? sinceS(parts.findIndex((pu, index) => index >= changed && pu / to >= terms.fullPart))
    : undefined;

  const faults: string[] = [];
  if (changed >= 0 && startS === undefined) faults.push("it never moved");
  if (startS !== undefined && startS < terms.earliestS)
    faults.push(`moved after ${startS} s, not before ${terms.earliestS} s`);
  if (isStep && startS !== undefined && startS > late.startByS)
    faults.push(`moved after ${startS} s, by ${late.startByS} s`);
  if (isStep && !(fullS !== undefined && fullS <= late.fullByS))
    faults.push(`full after ${fullS} s, by ${late.fullByS} s`);
  if (errorMax > TOLERANCE) {
    const worst = outside.indexOf(errorMax);
    faults.push(
      `${(100 * errorMax).toFixed(1)} % of the contract outside the envelope ${sinceS(worst)} s after the change`,
    );
  }
  return { startS, fullS, errorMax, errorMean, faults, parts, envelope };
}

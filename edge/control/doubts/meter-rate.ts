import type { MonotonicMs } from "@penstock/protocol/units";
import type { Reading, SiteImage } from "../image.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import { inWords } from "../words.ts";
import { type Doubt, type Finding, noDoubts } from "./doubt.ts";

/** What was believed last of the meter's power and frequency, and what would have to be proven. */
export interface MeterRate {
  readonly power: Followed | undefined;
  readonly frequency: Followed | undefined;
}

interface Followed {
  readonly value: number;
  readonly atMs: MonotonicMs;
  /** A value too far from it, and since when the meter has stood by it. */
  readonly claim?: { readonly value: number; readonly sinceMs: MonotonicMs };
}

/**
 * A reading that leaps farther than site or grid can is a slip of the instrument: it is not believed for the cycle it
 * lasts. What the meter stands by for a second is believed, for then it is no slip. Asked every cycle, because a single
 * wrong reading can move megawatts.
 */
export function meterRate(
  before: MeterRate | undefined,
  { meter, units, monotonicMs }: Pick<SiteImage, "meter" | "units" | "monotonicMs">,
  config: SiteControlConfig,
): Finding<MeterRate> {
  let ratedVA = 0;
  for (let index = 0; index < units.length; index++) ratedVA += units[index]?.rating.apparentVAMax ?? 0;
  const power = follow(before?.power, meter.powerW, monotonicMs, mostLeapW(ratedVA, config));
  const frequency = follow(before?.frequency, meter.frequencyHz, monotonicMs, MOST_LEAP_HZ);
  const memory = { power, frequency };
  if (power?.claim === undefined && frequency?.claim === undefined) return { memory, doubts: noDoubts };
  const doubts: Doubt[] = [];
  if (power?.claim !== undefined) {
    const cause = `leapt from ${inWords(power.value)} to ${inWords(power.claim.value)}, farther than the site can`;
    doubts.push({ device: "meter", field: "powerW", cause });
  }
  if (frequency?.claim !== undefined) {
    const cause = `leapt from ${frequency.value.toFixed(2)} to ${frequency.claim.value.toFixed(2)} Hz, farther than a grid can`;
    doubts.push({ device: "meter", field: "frequencyHz", cause });
  }
  return { memory, doubts };
}

/** The units from one end of their rating to the other, and all the rest of the site with them. */
function mostLeapW(ratedVA: number, { connection, trust }: SiteControlConfig): number {
  return (
    2 * ratedVA +
    (trust?.restOfSiteWMax === undefined ? connection.exportWMax + connection.importWMax : 2 * trust.restOfSiteWMax)
  );
}

/** Beyond what a grid does in a cycle, and beyond the steps that acceptance tests of frequency services ask for. */
const MOST_LEAP_HZ = 3;
const PROVEN_AFTER_MS = 1_000;
/** What was so this long ago says nothing about now. */
const FORGOTTEN_AFTER_MS = 3_000;

function follow(
  before: Followed | undefined,
  reading: Reading<number>,
  nowMs: MonotonicMs,
  mostLeap: number,
): Followed | undefined {
  const last = before !== undefined && nowMs - before.atMs <= FORGOTTEN_AFTER_MS ? before : undefined;
  if (reading.quality !== "good") return last && { value: last.value, atMs: last.atMs };
  const { value } = reading;
  const anew = { value, atMs: nowMs };
  if (last === undefined || Math.abs(value - last.value) <= mostLeap) return anew;
  const stands = last.claim !== undefined && Math.abs(value - last.claim.value) <= mostLeap;
  const sinceMs = stands ? last.claim.sinceMs : nowMs;
  return nowMs - sinceMs >= PROVEN_AFTER_MS ? anew : { value: last.value, atMs: nowMs, claim: { value, sinceMs } };
}

import type { SiteEntry } from "@penstock/cloud/config/cloud-config.ts";
import type { SiteReading } from "@penstock/cloud/desk/site-reading.ts";
import type { OfferedCurve } from "@penstock/cloud/dispatch/split-award.ts";
import type { BidStep } from "@penstock/cloud/markets/market.ts";

/** A site as it is, for somebody who trusts no desk. */
export interface JudgedSite {
  readonly entry: SiteEntry;
  readonly reading: SiteReading;
  /** The settings that were attested; undefined when none were. */
  readonly attestedHash: string | undefined;
  readonly nowMs: number;
  readonly ageMsMax: number;
  /** From the reading to the start of the interval. */
  readonly untilStartMs: number;
}

/**
 * Whether a bid offers more than its sites attest, worked out here from the raw readings and nothing else. Every
 * sentence is one offer too many; a site that says too little, is too old or runs on other settings can do nothing.
 */
export function judgeOffer(
  steps: readonly BidStep[],
  offers: readonly OfferedCurve[],
  sites: readonly JudgedSite[],
  intervalH: number,
): readonly string[] {
  const found: string[] = [];
  let possibleOutW = 0;
  let possibleInW = 0;
  for (const { siteId, curve } of offers) {
    const site = sites.find(({ entry }) => entry.siteId === siteId);
    const { outW, inW } = site === undefined ? { outW: 0, inW: 0 } : possibleOf(site, intervalH);
    possibleOutW += outW;
    possibleInW += inW;
    const mostW = curve.steps.at(-1)?.powerW ?? curve.powerWAtFloor;
    if (!(mostW <= outW + WHOLE_W)) found.push(`${siteId} is asked for ${mostW} W and can give ${Math.floor(outW)} W`);
    if (!(-curve.powerWAtFloor <= inW + WHOLE_W)) {
      found.push(`${siteId} is asked to take ${-curve.powerWAtFloor} W and can take ${Math.floor(inW)} W`);
    }
  }
  let soldMW = 0;
  let boughtMW = 0;
  for (const { volumeMW } of steps) {
    if (volumeMW > 0) soldMW += volumeMW;
    else boughtMW -= volumeMW;
  }
  const slackW = WHOLE_W * (offers.length + 1);
  if (!(soldMW * 1e6 <= possibleOutW + slackW)) found.push(`${soldMW} MW sold, ${possibleOutW / 1e6} MW attested`);
  if (!(boughtMW * 1e6 <= possibleInW + slackW)) found.push(`${boughtMW} MW bought, ${possibleInW / 1e6} MW attested`);
  return found;
}

/** Sizes at the meter, W: what the site says of its power, and what is in its cells for a whole interval. */
function possibleOf(site: JudgedSite, intervalH: number): { readonly outW: number; readonly inW: number } {
  const { outW, inW, outWh, inWh } = abilityOf(site);
  return { outW: Math.min(outW, outWh / intervalH), inW: Math.min(inW, inWh / intervalH) };
}

/** What a site can do at the meter from the start of the interval on, W and Wh, sizes. */
export interface Ability {
  readonly outW: number;
  readonly inW: number;
  readonly outWh: number;
  readonly inWh: number;
}

export function abilityOf(site: JudgedSite): Ability {
  const nothing = { outW: 0, inW: 0, outWh: 0, inWh: 0 };
  const { entry, reading, attestedHash, nowMs, ageMsMax, untilStartMs } = site;
  const { online, measuredAtMs, soc, batteryPowerW, powerWMaxDischarge, powerWMaxCharge, capabilityHash } = reading;
  if (!online || measuredAtMs === undefined || !(Math.abs(nowMs - measuredAtMs) <= ageMsMax)) return nothing;
  if (attestedHash === undefined || capabilityHash !== attestedHash) return nothing;
  if (soc === undefined || batteryPowerW === undefined) return nothing;
  if (powerWMaxDischarge === undefined || powerWMaxCharge === undefined) return nothing;
  const { capacityWh } = reading;
  if (capacityWh === undefined || !(capacityWh > 0)) return nothing;
  const figures = [capacityWh, soc, 1 - soc, powerWMaxDischarge, powerWMaxCharge];
  if (!figures.every((figure) => figure >= 0 && figure < 1e12) || !Number.isFinite(batteryPowerW)) return nothing;
  const share = Math.min(1, capacityWh / entry.capacityWh);
  const eta = entry.efficiencyOneWay;
  const elapsedH = Math.max(0, untilStartMs) / 3_600_000;
  const fromCellsW = batteryPowerW > 0 ? batteryPowerW / eta : batteryPowerW * eta;
  const socAtStart = Math.min(1, Math.max(0, soc - (fromCellsW * elapsedH) / capacityWh));
  return {
    outW: Math.min(powerWMaxDischarge, entry.powerWMaxDischarge * share),
    inW: Math.min(powerWMaxCharge, entry.powerWMaxCharge * share),
    outWh: Math.max(0, socAtStart - entry.socMin) * capacityWh * eta,
    inWh: (Math.max(0, entry.socMax - socAtStart) * capacityWh) / eta,
  };
}

/** Curves and bids count whole watts. */
const WHOLE_W = 1;

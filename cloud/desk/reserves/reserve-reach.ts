import type { Interval } from "@penstock/protocol/time";
import type { Ms, W } from "@penstock/protocol/units";
import type { Reach } from "../../markets/reserve-market.ts";
import type { AttestedSite } from "../attest-site.ts";
import type { SiteReach } from "../bid-record.ts";

export interface SustainTimes {
  /** The longest any reserve of a direction must last. */
  readonly upMs: Ms;
  readonly downMs: Ms;
}

/**
 * How far energy E and a reserve R of a site may reach together. It has to deliver E for the whole interval Δ and then R
 * for as long as its rule says, T:
 *
 *   E + R ≤ P        E Δ + R T ≤ stored energy that can go out
 *
 * Both hold whenever E + R ≤ min(P, stored / max(Δ, T)), which is what is stated: one number a site, however the
 * operator then divides it between the two, and the mirror image for room to charge.
 */
export function siteReach(site: AttestedSite, interval: Interval, sustain: SustainTimes): SiteReach {
  const { capability } = site;
  const chargeWMax = Math.min(capability.powerWMaxCharge, site.chargeWMaxNow);
  const dischargeWMax = Math.min(capability.powerWMaxDischarge, site.dischargeWMaxNow);
  const { siteId, soc, socMin, socMax, capacityWh, efficiencyOneWay } = capability;
  const deliverableWh = Math.max(0, soc - socMin) * capacityWh * efficiencyOneWay;
  const absorbableWh = (Math.max(0, socMax - soc) * capacityWh) / efficiencyOneWay;
  const intervalMs = interval.endMs - interval.startMs;
  const over = (energyWh: number, ms: number): number => (energyWh * 3_600_000) / ms;
  return {
    siteId,
    powerWMin: (0 - Math.min(chargeWMax, over(absorbableWh, intervalMs))) as W,
    powerWMax: Math.min(dischargeWMax, over(deliverableWh, intervalMs)) as W,
    upWMax: Math.min(dischargeWMax, over(deliverableWh, Math.max(intervalMs, sustain.upMs))) as W,
    downWMin: (0 - Math.min(chargeWMax, over(absorbableWh, Math.max(intervalMs, sustain.downMs)))) as W,
  };
}

/** Of sites that bid together. */
export const sumOfReaches = (sites: readonly Reach[]): Reach => {
  const sum = (of: (reach: Reach) => number): W => sites.reduce((total, site) => total + of(site), 0) as W;
  return {
    powerWMin: sum(({ powerWMin }) => powerWMin),
    powerWMax: sum(({ powerWMax }) => powerWMax),
    upWMax: sum(({ upWMax }) => upWMax),
    downWMin: sum(({ downWMin }) => downWMin),
  };
};

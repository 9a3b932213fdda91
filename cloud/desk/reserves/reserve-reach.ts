import type { Interval } from "@penstock/protocol/time";
import type { Ms, W } from "@penstock/protocol/units";
import type { AheadReserveMarket, Reach, ReserveMarket, ReserveProduct } from "../../markets/reserve-market.ts";
import type { AttestedSite } from "../attest-site.ts";
import type { SiteReach } from "../bid-record.ts";

type SellsReserves = Pick<ReserveMarket | AheadReserveMarket, "storedEnergy" | "ahead">;

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

/** For how long energy goes with a reserve: an interval where both clear together; sold ahead there is none yet. */
export const besideEnergy = ({ ahead }: Pick<SellsReserves, "ahead">, interval: Interval): Interval =>
  ahead === undefined ? interval : { ...interval, endMs: interval.startMs };

/**
 * The most of each product a site can keep ready with no energy asked of it, by the time that product has to last. Where
 * energy and reserve count apart (`market.storedEnergy`), a site's reach says it too, for whoever splits an award.
 */
export function keepsOf(
  site: AttestedSite,
  interval: Interval,
  products: readonly ReserveProduct[],
): Readonly<Record<string, W>> {
  return Object.fromEntries(
    products.map(({ name, direction, sustainMs }) => {
      const { upWMax, downWMin } = siteReach(site, interval, { upMs: sustainMs, downMs: sustainMs });
      const [outW, inW] = [upWMax, 0 - downWMin];
      return [name, (direction === "up" ? outW : direction === "down" ? inW : Math.min(outW, inW)) as W];
    }),
  );
}

export function sumOfKept(sites: readonly Readonly<Record<string, W>>[]): Readonly<Record<string, W>> {
  const sums: Record<string, W> = {};
  for (const site of sites) {
    for (const [product, keptW] of Object.entries(site)) sums[product] = ((sums[product] ?? 0) + keptW) as W;
  }
  return sums;
}

/** A site's reach as it is written down with a bid. */
export function reachOfSite(
  site: AttestedSite,
  interval: Interval,
  sustain: SustainTimes,
  market: SellsReserves,
  products: readonly ReserveProduct[],
): SiteReach {
  const reach = siteReach(site, interval, sustain);
  return market.storedEnergy === "together" ? reach : { ...reach, keepsW: keepsOf(site, interval, products) };
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

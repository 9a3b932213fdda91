import type { Interval } from "@penstock/protocol/time";
import { clamp, type W } from "@penstock/protocol/units";
import type { ReserveProduct } from "../../markets/reserve-market.ts";
import type { AttestedSite } from "../attest-site.ts";
import type { Commitment } from "./commitments.ts";

export interface SiteKept {
  readonly siteId: string;
  /** A size. */
  readonly powerW: number;
}

/**
 * What is left of a site for energy beside what it has been committed to. Power of what is in force is no longer its
 * own; of that and of what begins when the interval ends, the energy stays in store and the room stays free:
 *
 *   E ≤ P − Σ R(up)      −E ≤ P − Σ R(down)
 *   window from  lowest + Σ R(up) T / η      to  highest − Σ R(down) T η
 */
export function narrowByCommitments(
  site: AttestedSite,
  interval: Interval,
  commitments: readonly Commitment[],
  products: readonly ReserveProduct[],
): AttestedSite {
  const { capability, dischargeWMaxNow, chargeWMaxNow } = site;
  const { soc, socMin, socMax, capacityWh, efficiencyOneWay } = capability;
  const kept = { upW: 0, downW: 0, upWh: 0, downWh: 0, nextUpWh: 0, nextDownWh: 0 };
  for (const commitment of commitments) {
    const powerW = commitment.sites.find(({ siteId }) => siteId === capability.siteId)?.powerW ?? 0;
    const lastsH = (products.find(({ name }) => name === commitment.product)?.sustainMs ?? 0) / 3_600_000;
    const isInForce = commitment.interval.startMs < interval.endMs;
    const isAfter = commitment.interval.endMs > interval.endMs || !isInForce;
    if (commitment.direction !== "down") {
      if (isInForce) kept.upW += powerW;
      if (isInForce) kept.upWh += powerW * lastsH;
      if (isAfter) kept.nextUpWh += powerW * lastsH;
    }
    if (commitment.direction !== "up") {
      if (isInForce) kept.downW += powerW;
      if (isInForce) kept.downWh += powerW * lastsH;
      if (isAfter) kept.nextDownWh += powerW * lastsH;
    }
  }
  const lowest = socMin + Math.max(kept.upWh, kept.nextUpWh) / efficiencyOneWay / capacityWh;
  const highest = socMax - (Math.max(kept.downWh, kept.nextDownWh) * efficiencyOneWay) / capacityWh;
  const left = (powerW: W, takenW: number): W => Math.max(0, Math.floor(powerW - takenW)) as W;
  return {
    ...site,
    dischargeWMaxNow: left(dischargeWMaxNow, kept.upW),
    chargeWMaxNow: left(chargeWMaxNow, kept.downW),
    capability: {
      ...capability,
      // Of a battery that has lost too much to keep both, neither way is open.
      socMin: lowest <= highest ? lowest : clamp(soc, socMin, socMax),
      socMax: lowest <= highest ? highest : clamp(soc, socMin, socMax),
      powerWMaxDischarge: left(capability.powerWMaxDischarge, kept.upW),
      powerWMaxCharge: left(capability.powerWMaxCharge, kept.downW),
    },
  };
}

/** Half of its window in store: what energy will see to before a block begins that is sold a day ahead. */
export function atHalf(site: AttestedSite): AttestedSite {
  const { socMin, socMax } = site.capability;
  return { ...site, capability: { ...site.capability, soc: (socMin + socMax) / 2 } };
}

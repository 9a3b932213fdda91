import { clamp, type W } from "@penstock/protocol/units";
import type { LocationalLimit } from "../config/cloud-config.ts";
import type { PriceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import { disaggregate, powerAtCeiling } from "../strategies/price-quantity-curve.ts";
import { type SplitSite, splitTarget } from "./split-target.ts";

/** One site's part of a unit's award. Positive out. */
export interface Share {
  readonly siteId: string;
  readonly powerW: W;
}

export interface OfferedCurve {
  readonly siteId: string;
  readonly curve: PriceQuantityCurve;
}

/** What a site can still take over within the interval, beyond what it offered. Positive out. */
export interface Reserve {
  readonly siteId: string;
  readonly powerWMin: W;
  readonly powerWMax: W;
}

/**
 * Splits an award over the sites it was offered from. An award outside the curves (the operator holds a unit to
 * its ramp) is met as far as they reach: what they did not offer they are not asked for.
 */
export function splitAward(awardW: W, offers: readonly OfferedCurve[]): readonly Share[] {
  const curves = offers.map((offer) => offer.curve);
  const floorW = curves.reduce((total, curve) => total + curve.powerWAtFloor, 0);
  const ceilingW = curves.reduce((total, curve) => total + powerAtCeiling(curve), 0);
  const reachableW = clamp(Math.round(awardW), floorW, ceilingW);
  const powers = disaggregate(reachableW, curves);
  return offers.map(({ siteId }, index) => ({
    siteId,
    powerW: (powers.ok ? (powers.value[index] ?? 0) : 0) as W,
  }));
}

/**
 * Gives what some sites do not deliver to the others of the unit, in proportion to the room each has left, and keeps
 * the sites behind a locational limit within it. A lost site's own share becomes 0: whoever does not answer is not
 * counted on. A clamped site's becomes what it says it does.
 */
export function redispatch(
  shares: readonly Share[],
  cuts: ReadonlyMap<string, W>,
  reserves: readonly Reserve[],
  limits: readonly LocationalLimit[] = [],
): readonly Share[] {
  const left = shares.map((share) => ({ siteId: share.siteId, powerW: cuts.get(share.siteId) ?? share.powerW }));
  const missingW = sumOf(shares) - sumOf(left);
  const sites = left.map(({ siteId, powerW }): SplitSite => {
    const reserve = cuts.has(siteId) ? undefined : reserves.find((each) => each.siteId === siteId);
    const upW = Math.max(0, (reserve?.powerWMax ?? powerW) - powerW);
    const downW = Math.max(0, powerW - (reserve?.powerWMin ?? powerW));
    return {
      siteId,
      powerWMin: -downW as W,
      powerWMax: upW as W,
      giveWeight: upW,
      takeWeight: downW,
      giveLoss: 0,
      takeLoss: 0,
    };
  });
  const shifted = limits.map((limit) => {
    const heldW = sumOf(left.filter(({ siteId }) => limit.siteIds.includes(siteId)));
    return { ...limit, powerWMin: (limit.powerWMin - heldW) as W, powerWMax: (limit.powerWMax - heldW) as W };
  });
  const taken = splitTarget(missingW, sites, shifted).shares;
  return left.map(({ siteId, powerW }, index) => ({ siteId, powerW: (powerW + (taken[index]?.powerW ?? 0)) as W }));
}

const sumOf = (shares: readonly Share[]): number => shares.reduce((total, { powerW }) => total + powerW, 0);

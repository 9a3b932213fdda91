import { clamp, type W } from "@penstock/protocol/units";
import type { PriceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import { disaggregate, powerAtCeiling } from "../strategies/price-quantity-curve.ts";

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
 * Gives what lost sites do not deliver to the others of the unit, in proportion to the room each has left.
 * A lost site's own share becomes 0: whoever does not answer is not counted on.
 */
export function redispatch(
  shares: readonly Share[],
  lostSiteIds: ReadonlySet<string>,
  reserves: readonly Reserve[],
): readonly Share[] {
  const missingW = shares.reduce((total, share) => (lostSiteIds.has(share.siteId) ? total + share.powerW : total), 0);
  const roomOf = ({ siteId, powerW }: Share): number => {
    const reserve = reserves.find((each) => each.siteId === siteId);
    if (reserve === undefined || lostSiteIds.has(siteId)) return 0;
    return missingW > 0 ? Math.max(0, reserve.powerWMax - powerW) : Math.min(0, reserve.powerWMin - powerW);
  };
  const rooms = shares.map(roomOf);
  const allRoomW = rooms.reduce((total, room) => total + room, 0);
  // Room and missing power have one sign, so their quotient is a fraction.
  const used = allRoomW === 0 ? 0 : Math.min(1, missingW / allRoomW);
  return shares.map((share, index) => ({
    siteId: share.siteId,
    powerW: (lostSiteIds.has(share.siteId) ? 0 : share.powerW + Math.trunc((rooms[index] ?? 0) * used)) as W,
  }));
}

import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import type { BidRequest } from "../market.ts";
import { reduceCurve } from "../reduce-curve.ts";
import { ruleAt } from "../rulebook.ts";
import type { CurvePoint, ErcotBid } from "./bid.ts";
import {
  CURVE_POINTS_MAX,
  ercotRulebook,
  offerFloor,
  PRICE_TICK,
  systemWideOfferCap,
  VOLUME_TICK_MW,
} from "./rules.ts";

/**
 * A step of the curve takes two points, so five steps are what ten points hold. The limits telemetered with it are the
 * ends of the curve: what a site cannot do now is kept out by LSL and HSL, not by a price that might be reached.
 */
export function buildBid(request: BidRequest): Result<ErcotBid, CodedError> {
  const { unit, interval, curve, versionNumber, decidedAtMs } = request;
  const priceCap = ruleAt(ercotRulebook, systemWideOfferCap, interval.startMs);
  if (!priceCap.ok) return priceCap;
  const priceFloor = ruleAt(ercotRulebook, offerFloor, interval.startMs);
  if (!priceFloor.ok) return priceFloor;
  const { atFloorMW, steps } = reduceCurve(curve, {
    stepsMax: CURVE_POINTS_MAX / 2,
    priceTick: PRICE_TICK,
    volumeTickMW: VOLUME_TICK_MW,
    priceFloor: priceFloor.value,
    priceCap: priceCap.value,
    chargeMWMax: unit.minLoadMW,
    dischargeMWMax: unit.maxCapacityMW,
  });
  const points: CurvePoint[] = steps.flatMap(({ fromMW, toMW, pricePerMWh }) => [
    { powerMW: fromMW, pricePerMWh },
    { powerMW: toMW, pricePerMWh },
  ]);
  if (points.length === 0) points.push({ powerMW: atFloorMW, pricePerMWh: priceFloor.value });
  return ok({ marketId: "ercot", unitId: unit.id, interval, versionNumber, decidedAtMs, points });
}

import { ok } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import type { Market, SubmissionKind } from "../market.ts";
import { ruleAt } from "../rulebook.ts";
import { stackOfPoints } from "../stack-of-points.ts";
import type { ErcotBid } from "./bid.ts";
import { encodeBids, parseBids } from "./bid-file.ts";
import { buildBid } from "./build-bid.ts";
import { dayAheadGateMs, gateClosureMs, intervalsOf, tradingDay } from "./calendar.ts";
import { clear } from "./clear.ts";
import { operatingPlan } from "./operating-plan.ts";
import { encodeReserve, parseReserve } from "./reserve-file.ts";
import type { ReserveOffer } from "./reserve-offer.ts";
import { ercotRulebook, offerFloor, PRICE_TICK, SETTLEMENT_INTERVAL_MS, systemWideOfferCap } from "./rules.ts";
import { settle } from "./settle.ts";
import { validate } from "./validate.ts";
import { validateReserve } from "./validate-reserve.ts";

export const ercotReserve: SubmissionKind<ReserveOffer> = {
  id: "ercot.as-offer",
  text: "ancillary-service offers: Reg-Up, Reg-Down, RRS, ECRS, Non-Spin",
  gateClosureMs: ({ interval }) => dayAheadGateMs(tradingDay(interval.startMs)),
  validate: validateReserve,
  encode: encodeReserve,
  parse: parseReserve,
};

/** ERCOT after RTC+B: the real-time energy curve of one energy-storage resource, settled every fifteen minutes. */
export const ercot: Market<ErcotBid> = {
  id: "ercot",
  currency: "USD",
  intervalMs: SETTLEMENT_INTERVAL_MS as Ms,
  rulebook: ercotRulebook,
  submissions: [ercotReserve, operatingPlan],
  tradingDay,
  intervalsOf,
  bandPriceGateMs: dayAheadGateMs,
  gateClosureMs,
  constantsAt(instantMs) {
    const priceCap = ruleAt(ercotRulebook, systemWideOfferCap, instantMs);
    if (!priceCap.ok) return priceCap;
    const priceFloor = ruleAt(ercotRulebook, offerFloor, instantMs);
    if (!priceFloor.ok) return priceFloor;
    // Prices are of the resource's own settlement point: losses are in them.
    return ok({ lossFactor: 1, priceTick: PRICE_TICK, priceFloor: priceFloor.value, priceCap: priceCap.value });
  },
  dayBandPrices: () => ok({ sell: [], buy: [] }),
  buildBid,
  validate,
  encodeBids,
  parseBids,
  stackOf: ({ points }) => stackOfPoints(points),
  clear,
  settle,
};

export type { CurvePoint, ErcotBid } from "./bid.ts";
export { operatingPlan, type PlannedHour } from "./operating-plan.ts";
export type { ReserveBlock, ReserveOffer } from "./reserve-offer.ts";
export { ercotRulebook } from "./rules.ts";

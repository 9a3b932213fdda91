import type { Ms } from "@penstock/protocol/units";
import { curveMarket } from "../curve-market.ts";
import type { SubmissionKind } from "../market.ts";
import { encodeBids, parseBids } from "./bid-file.ts";
import { dayAheadGateMs, gateClosureMs, tradingDay } from "./calendar.ts";
import { marketDesignRules } from "./market-design.ts";
import { operatingPlan } from "./operating-plan.ts";
import { ercotReserves } from "./real-time-reserves.ts";
import { encodeReserve, parseReserve } from "./reserve-file.ts";
import type { ReserveOffer } from "./reserve-offer.ts";
import {
  CURVE_POINTS_MAX,
  ercotRulebook,
  offerFloor,
  PRICE_TICK,
  SETTLEMENT_INTERVAL_MS,
  systemWideOfferCap,
  VOLUME_TICK_MW,
} from "./rules.ts";
import { validateReserve } from "./validate-reserve.ts";

export const ercotReserve: SubmissionKind<ReserveOffer> = {
  id: "ercot.as-offer",
  text: "ancillary-service offers: Reg-Up, Reg-Down, RRS, ECRS, Non-Spin",
  gateClosureMs: ({ interval }) => dayAheadGateMs(tradingDay(interval.startMs)),
  validate: validateReserve,
  encode: encodeReserve,
  parse: parseReserve,
};

/**
 * ERCOT after RTC+B: the real-time energy curve of one energy-storage resource from LSL to HSL, settled every fifteen
 * minutes at its settlement point. Sources: EWS transaction schema (ThreePartOffer / EnergyOfferCurve), NPRR1014.
 * Base-point deviation charges are not among the settlement lines.
 */
export const ercot = curveMarket({
  id: "ercot",
  currency: "USD",
  intervalMs: SETTLEMENT_INTERVAL_MS as Ms,
  rulebook: ercotRulebook,
  submissions: [ercotReserve, operatingPlan],
  reserves: ercotReserves,
  priceFloor: offerFloor,
  priceCap: systemWideOfferCap,
  priceTick: PRICE_TICK,
  volumeTickMW: VOLUME_TICK_MW,
  pointsMax: CURVE_POINTS_MAX,
  gateClosureMs,
  ownRules: ({ interval }) => marketDesignRules(interval),
  encodeBids,
  parseBids,
  settlementRule: "ercot.real-time-energy",
  // Base-point deviation charges come on top; no rate of theirs is on record here.
  shortfall: {
    rule: "ercot.real-time-imbalance",
    source: "NPRR1014: real-time settlement at the settlement point price on what was metered",
    isVerified: false,
  },
});

export { operatingPlan, type PlannedHour } from "./operating-plan.ts";
export { ercotReserves } from "./real-time-reserves.ts";
export type { ReserveBlock, ReserveOffer } from "./reserve-offer.ts";
export { ercotRulebook } from "./rules.ts";
export { settleDayAhead } from "./settle.ts";

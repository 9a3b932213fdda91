import type { Ms } from "@penstock/protocol/units";
import { curveMarket } from "../curve-market.ts";
import { curveFile } from "../offer-file.ts";
import { ruleAt } from "../rulebook.ts";
import { violation } from "../violation.ts";
import { afrrCapacityOffer, afrrEnergyOffer, fcrOffer } from "./balancing-offers.ts";
import { blockOrder } from "./block-order.ts";
import { gateOnDayBefore } from "./calendar.ts";
import { sdacReserves } from "./fcr-reserves.ts";
import { intradayOrder } from "./intraday-order.ts";
import {
  CURVE_POINTS_MAX,
  dayAheadCap,
  dayAheadFloor,
  marketTimeUnit,
  QUARTER_HOUR_MS,
  sdacRulebook,
  VOLUME_TICK_MW,
} from "./rules.ts";

/**
 * Germany in the coupled European day-ahead auction: one curve a quarter hour, delivery days of 92, 96 or 100. Beside
 * it blocks, the intraday auctions and the reserve tenders.
 */
export const sdac = curveMarket({
  id: "sdac-de",
  currency: "EUR",
  intervalMs: QUARTER_HOUR_MS as Ms,
  rulebook: sdacRulebook,
  submissions: [blockOrder, intradayOrder, fcrOffer, afrrCapacityOffer, afrrEnergyOffer],
  reserves: sdacReserves,
  priceFloor: dayAheadFloor,
  priceCap: dayAheadCap,
  priceTick: 0.01,
  volumeTickMW: VOLUME_TICK_MW,
  pointsMax: CURVE_POINTS_MAX,
  gateClosureMs: (interval) => gateOnDayBefore("dayAhead", interval),
  *ownRules({ interval }) {
    const minutes = ruleAt(sdacRulebook, marketTimeUnit, interval.startMs);
    if (minutes.ok && minutes.value * 60_000 === QUARTER_HOUR_MS) return;
    yield violation("sdac-de.market-time-unit", "interval", "the auction was by the hour on that day");
  },
  ...curveFile("sdac-de"),
  settlementRule: "sdac-de.day-ahead",
  shortfall: {
    rule: "sdac-de.shortfall-at-auction-price",
    imbalanceRule: "sdac-de.single-price-imbalance",
    source: "reBAP, one price a quarter hour for both directions",
    isVerified: false,
  },
});

export {
  type AfrrCapacityOffer,
  type AfrrEnergyOffer,
  type FcrOffer,
  settleAfrrCapacity,
  settleFcr,
} from "./balancing-offers.ts";
export type { Block, BlockOrder } from "./block-order.ts";
export { sdacReserves } from "./fcr-reserves.ts";
export type { IntradayOrder } from "./intraday-order.ts";

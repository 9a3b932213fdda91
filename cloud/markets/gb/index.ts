import type { Ms } from "@penstock/protocol/units";
import { curveMarket } from "../curve-market.ts";
import { curveFile } from "../offer-file.ts";
import { balancingData } from "./balancing.ts";
import { auctionGateMs } from "./calendar.ts";
import { responseBasket } from "./response-basket.ts";
import { gbReserves } from "./response-reserves.ts";
import { auctionCap, auctionFloor, gbRulebook, SETTLEMENT_PERIOD_MS } from "./rules.ts";

/**
 * Great Britain's half-hourly day-ahead auction: blind, one curve a period, lots of a tenth of a megawatt. Beside it
 * the response auction and the balancing mechanism. Local days of 46, 48 or 50 periods.
 */
export const gb = curveMarket({
  id: "gb",
  currency: "GBP",
  intervalMs: SETTLEMENT_PERIOD_MS as Ms,
  rulebook: gbRulebook,
  submissions: [responseBasket, balancingData],
  reserves: gbReserves,
  priceFloor: auctionFloor,
  priceCap: auctionCap,
  priceTick: 0.01,
  volumeTickMW: 0.1,
  pointsMax: 256,
  gateClosureMs: auctionGateMs,
  ...curveFile("gb"),
  settlementRule: "gb.half-hour-auction",
  shortfall: {
    rule: "gb.shortfall-at-auction-price",
    imbalanceRule: "gb.single-price-imbalance",
    source: "BSC section T: (metered − contracted) × system price of the half hour",
    isVerified: false,
  },
});

export { type BalancingData, type BidOfferPair, settleAcceptance } from "./balancing.ts";
export { efaBlock, settlementPeriodOf } from "./calendar.ts";
export { type ResponseBasket, type ResponseService, responseServices } from "./response-basket.ts";
export { clearBaskets, type ResponseAward, settleResponse } from "./response-clearing.ts";
export { gbReserves } from "./response-reserves.ts";
export { requiredRecoveryMWh, responseEnergy } from "./state-of-energy.ts";

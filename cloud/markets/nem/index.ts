import { ok } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import type { Market } from "../market.ts";
import { dayBandPrices } from "./band-prices.ts";
import type { NemBid } from "./bid.ts";
import { encodeBids, parseBids } from "./bid-file.ts";
import { buildBid } from "./build-bid.ts";
import { bandPriceGateMs, gateClosureMs, intervalsOf, tradingDay } from "./calendar.ts";
import { clear } from "./clear.ts";
import { DISPATCH_INTERVAL_MS, nemRulesAt, PRICE_TICK } from "./rules.ts";
import { settle } from "./settle.ts";
import { stackOf } from "./stack.ts";
import { validate } from "./validate.ts";

/** The Australian National Electricity Market: five-minute energy with bidirectional units. */
export const nem: Market<NemBid> = {
  id: "nem",
  currency: "AUD",
  intervalMs: DISPATCH_INTERVAL_MS as Ms,
  tradingDay,
  intervalsOf,
  bandPriceGateMs,
  gateClosureMs,
  constantsAt(instantMs, { lossFactor }) {
    const rules = nemRulesAt(instantMs);
    if (!rules.ok) return rules;
    return ok({
      lossFactor,
      priceTick: PRICE_TICK,
      priceFloor: rules.value.marketPriceFloor,
      priceCap: rules.value.marketPriceCap,
    });
  },
  dayBandPrices,
  buildBid,
  validate,
  encodeBids,
  parseBids,
  stackOf,
  clear,
  settle,
};

export type { Direction, NemBid, NemBidSide } from "./bid.ts";
export { NEM_RULES, type NemRules, nemRulesAt } from "./rules.ts";

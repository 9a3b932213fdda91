import { ok } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import type { Market, SubmissionKind } from "../market.ts";
import { dayBandPrices } from "./band-prices.ts";
import type { NemBid } from "./bid.ts";
import { encodeBids, parseBids } from "./bid-file.ts";
import { buildBid } from "./build-bid.ts";
import { bandPriceGateMs, gateClosureMs, intervalsOf, tradingDay } from "./calendar.ts";
import { clear } from "./clear.ts";
import type { FcasOffer } from "./fcas.ts";
import { encodeFcas, parseFcas } from "./fcas-file.ts";
import { nemReserves } from "./reserves.ts";
import { DISPATCH_INTERVAL_MS, nemRulebook, nemRulesAt, PRICE_TICK } from "./rules.ts";
import { settle } from "./settle.ts";
import { stackOf } from "./stack.ts";
import { validate } from "./validate.ts";
import { validateFcas } from "./validate-fcas.ts";

/** The ten frequency-control ancillary services. */
export const nemFcas: SubmissionKind<FcasOffer> = {
  id: "nem.fcas",
  text: "offers for the ten frequency-control ancillary services",
  gateClosureMs: ({ interval }) => gateClosureMs(interval),
  validate: validateFcas,
  encode: encodeFcas,
  parse: parseFcas,
};

/** The Australian National Electricity Market: five-minute energy with bidirectional units. */
export const nem: Market<NemBid> = {
  id: "nem",
  currency: "AUD",
  intervalMs: DISPATCH_INTERVAL_MS as Ms,
  rulebook: nemRulebook,
  submissions: [nemFcas],
  reserves: nemReserves,
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
  shortfall: {
    rule: "nem.energy-not-delivered",
    source:
      "five-minute settlement: metered MWh × reference price × loss factor; frequency performance payments are apart",
    isVerified: false,
  },
};

export type { Direction, NemBid, NemBidSide } from "./bid.ts";
export { clearFcas, type FcasAward, settleFcas } from "./clear-fcas.ts";
export { type FcasOffer, type FcasService, fcasServices, type Trapezium } from "./fcas.ts";
export * from "./fcas-availability.ts";
export { nemReserves } from "./reserves.ts";
export { type NemRules, nemRulebook, nemRulesAt } from "./rules.ts";

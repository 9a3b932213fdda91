import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs, W } from "@penstock/protocol/units";
import { participantRules } from "../curve-market.ts";
import { fitTogether } from "../fit-together.ts";
import type { BidStep, MarketUnit, SettlementLine, Violation } from "../market.ts";
import type { AheadReserveMarket, ReserveAward, ReserveRequest } from "../reserve-market.ts";
import { ruleInForce } from "../rulebook.ts";
import { toTick } from "../violation.ts";
import { type FcrOffer, fcrOffer } from "./balancing-offers.ts";
import { gateOnDayBefore, sliceOf } from "./calendar.ts";
import { FCR_RESULTS_AFTER_MS, responseMinutes, sdacRulebook } from "./rules.ts";

const FCR = "FCR";

/**
 * Frequency containment reserve at the desk: symmetric, one offer for each four-hour slice, cleared the day before ahead
 * of the coupled auction. aFRR is left out: its set-points need the operator's own line.
 */
export const sdacReserves: AheadReserveMarket<FcrOffer> = {
  storedEnergy: "apart",
  isOneSite: false,
  productsAt: (instantMs) => [
    {
      name: FCR,
      direction: "both",
      service: "fcr",
      sustainMs: (ruleInForce(sdacRulebook, responseMinutes, instantMs) * 60_000) as FcrMs,
    },
  ],
  buildOffer,
  validate,
  encode: fcrOffer.encode,
  parse: fcrOffer.parse,
  stackOf,
  reachOf: ({ volumeMW }) =>
    volumeMW > 0
      ? [{ product: FCR, direction: "both", volumeW: (volumeMW * 1e6) as W, reachW: (volumeMW * 1e6) as W }]
      : [],
  settle,
  ahead: {
    blockOf: (instantMs) => sliceOf(instantMs).interval,
    gateClosureMs: (slice) => gateOnDayBefore("fcr", slice),
    resultsMs: (slice) => (gateOnDayBefore("fcr", slice) + FCR_RESULTS_AFTER_MS) as UtcMs,
    clear,
  },
};

type FcrMs = ReturnType<(typeof sdacReserves)["productsAt"]>[number]["sustainMs"];

const hoursOf = ({ startMs, endMs }: FcrOffer["interval"]): number => (endMs - startMs) / 3_600_000;

function buildOffer(request: ReserveRequest): Result<FcrOffer, CodedError> {
  const { unit, interval, wishes, versionNumber, decidedAtMs } = request;
  const [wish, ...others] = wishes;
  if (wish?.product !== FCR || others.length > 0) {
    return fail({ code: "sdac-de.reserve-product", products: wishes.map(({ product }) => product) });
  }
  return ok({
    ...{ marketId: "sdac-de", unitId: unit.id, interval, versionNumber, decidedAtMs },
    volumeMW: fitTogether(request, () => "up").get(FCR) ?? 0,
    // Asked for the slice as a whole.
    capacityPricePerMW: toTick(wish.pricePerMWh * hoursOf(interval), 0.01, "up"),
  });
}

/** An offer of 0 MW takes back what stands. */
function validate(offer: FcrOffer, unit: MarketUnit): readonly Violation[] {
  const broken = fcrOffer.validate(offer, unit);
  if (offer.volumeMW !== 0) return broken;
  const ofNothing = new Set(["sdac-de.slice", "sdac-de.gate-closed"]);
  return [...participantRules("sdac-de", offer, unit), ...broken.filter(({ rule }) => ofNothing.has(rule))];
}

function stackOf({ volumeMW, capacityPricePerMW, interval }: FcrOffer): readonly BidStep[] {
  return volumeMW > 0 ? [{ product: FCR, pricePerMWh: capacityPricePerMW / hoursOf(interval), volumeMW }] : [];
}

/** Prices are money per MW and hour here, as everywhere at the desk; the tender's own are for the slice. */
function clear(offer: FcrOffer, prices: Readonly<Record<string, number>>): readonly ReserveAward[] {
  const { marketId, unitId, interval, volumeMW, capacityPricePerMW } = offer;
  const price = prices[FCR];
  if (price === undefined || volumeMW === 0 || price * hoursOf(interval) < capacityPricePerMW - CLOSE) return [];
  return [
    {
      ...{ marketId, unitId, interval, product: FCR, direction: "both" },
      enabledW: (volumeMW * 1e6) as W,
      pricePerMWh: price,
    },
  ];
}

/** Of a slice, or of the part of it that is settled. */
function settle({ unitId, interval, enabledW, pricePerMWh }: ReserveAward): SettlementLine {
  const quantityMWh = (enabledW / 1e6) * hoursOf(interval);
  return {
    ...{ unitId, interval, product: FCR, quantityMWh, pricePerMWh },
    amount: quantityMWh * pricePerMWh,
    currency: "EUR",
    rule: "sdac-de.fcr-pay-as-cleared",
  };
}

const CLOSE = 1e-9;

import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs, W } from "@penstock/protocol/units";
import { participantRules } from "../curve-market.ts";
import { fitTogether } from "../fit-together.ts";
import type { BidStep, MarketUnit, Violation } from "../market.ts";
import type { AheadReserveMarket, OfferedReserve, ReserveAward, ReserveRequest } from "../reserve-market.ts";
import { toTick } from "../violation.ts";
import { efaBlock, responseGateMs } from "./calendar.ts";
import { type ResponseBasket, type ResponseService, responseBasket, responseServices } from "./response-basket.ts";
import { clearBaskets, responseLine } from "./response-clearing.ts";
import { RESPONSE_RESULTS_AFTER_MS, sustainMinutes } from "./rules.ts";

/**
 * Dynamic Containment, Moderation and Regulation at the desk: one basket for each EFA block, its least dear service the
 * parent, the others children that are taken where they pay. Cleared a day ahead, before the half-hourly auction.
 */
export const gbReserves: AheadReserveMarket<ResponseBasket> = {
  storedEnergy: "apart",
  isOneSite: false,
  productsAt: () =>
    responseServices.map((name) => ({
      name,
      direction: wayOf(name),
      service: siteServiceOf(name),
      sustainMs: (sustainMinutes[familyOf(name)] * 60_000) as ReserveProductMs,
    })),
  buildOffer,
  validate,
  encode: responseBasket.encode,
  parse: responseBasket.parse,
  stackOf,
  reachOf,
  settle: ({ unitId, interval, product, enabledW, pricePerMWh }) =>
    responseLine(unitId, interval, product, enabledW / 1e6, pricePerMWh),
  ahead: {
    blockOf: (instantMs) => efaBlock(instantMs).interval,
    gateClosureMs: responseGateMs,
    resultsMs: (block) => (responseGateMs(block) + RESPONSE_RESULTS_AFTER_MS) as UtcMs,
    clear,
  },
};

type ReserveProductMs = ReturnType<(typeof gbReserves)["productsAt"]>[number]["sustainMs"];

const familyOf = (service: ResponseService) => service.slice(0, 2) as keyof typeof sustainMinutes;
/** Low frequency wants power out. */
const wayOf = (service: string): "up" | "down" => (service.endsWith("L") ? "up" : "down");
/** DCL is `nesoDcLow` in a site's file. */
const siteServiceOf = (service: ResponseService): string =>
  `nesoD${service.slice(1, 2).toLowerCase()}${service.endsWith("L") ? "Low" : "High"}`;

function buildOffer(request: ReserveRequest): Result<ResponseBasket, CodedError> {
  const { unit, interval, wishes, versionNumber, decidedAtMs } = request;
  const stranger = wishes.find(({ product }) => !responseServices.some((name) => name === product));
  if (stranger !== undefined) return fail({ code: "gb.service", product: stranger.product });
  const volumesMW = fitTogether(request, wayOf);
  const offered = wishes
    .filter(({ product }) => (volumesMW.get(product) ?? 0) > 0)
    .sort((a, b) => a.pricePerMWh - b.pricePerMWh);
  return ok({
    ...{ marketId: "gb", unitId: unit.id, interval, versionNumber, decidedAtMs },
    basketId: efaBlock(interval.startMs).block,
    orders: offered.map(({ product, pricePerMWh }, at) => ({
      kind: at === 0 ? "parent" : "child",
      pricePerMWh: toTick(pricePerMWh, 0.01, "up"),
      volumesMW: { [product]: volumesMW.get(product) ?? 0 },
    })),
  });
}

/** A basket without orders takes back what stands. */
function validate(basket: ResponseBasket, unit: MarketUnit): readonly Violation[] {
  const broken = responseBasket.validate(basket, unit);
  if (basket.orders.length > 0) return broken;
  const ofNothing = new Set(["gb.efa-block", "gb.gate-closed", "gb.basket-count"]);
  return [...participantRules("gb", basket, unit), ...broken.filter(({ rule }) => ofNothing.has(rule))];
}

function stackOf({ orders }: ResponseBasket): readonly BidStep[] {
  return orders.flatMap(({ pricePerMWh, volumesMW }) =>
    Object.entries(volumesMW).map(([product, volumeMW]) => ({ product, pricePerMWh, volumeMW })),
  );
}

function reachOf(basket: ResponseBasket): readonly OfferedReserve[] {
  return stackOf(basket).map(({ product = "", volumeMW }) => {
    const direction = wayOf(product);
    return {
      product,
      direction,
      volumeW: (volumeMW * 1e6) as W,
      reachW: ((direction === "up" ? 1e6 : -1e6) * volumeMW) as W,
    };
  });
}

function clear(basket: ResponseBasket, prices: Readonly<Record<string, number>>): readonly ReserveAward[] {
  const award = basket.orders.length === 0 ? undefined : clearBaskets([basket], prices);
  const { marketId, unitId, interval } = basket;
  return Object.entries(award?.volumesMW ?? {}).map(([product, volumeMW]) => ({
    ...{ marketId, unitId, interval, product },
    direction: wayOf(product),
    enabledW: (volumeMW * 1e6) as W,
    pricePerMWh: prices[product] ?? 0,
  }));
}

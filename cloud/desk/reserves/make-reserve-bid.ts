import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { GateMode, RegisteredReserve, TwoPersonBand, UnitEntry } from "../../config/cloud-config.ts";
import type { BidStep } from "../../markets/market.ts";
import type { AheadReserveMarket, ReserveMarket, ReserveProduct, ReserveWish } from "../../markets/reserve-market.ts";
import type { PriceHistory } from "../../prices/index.ts";
import type { AttestedSite } from "../attest-site.ts";
import { rebidReason } from "../bid-maker.ts";
import { type BidAuthor, type BidRecord, bidIdOf } from "../bid-record.ts";
import { certificateViolations } from "../certificate.ts";
import type { Offer } from "../decide-offer.ts";
import { reserveProduct } from "../gate-book.ts";
import type { Person } from "../person.ts";
import { reviewBid } from "../review-bid.ts";
import { certifyReserves, sustainTimes } from "./certify-reserves.ts";
import { besideEnergy, keepsOf, reachOfSite, sumOfKept, sumOfReaches } from "./reserve-reach.ts";

export interface ReserveMaking {
  readonly entry: UnitEntry;
  readonly interval: Interval;
  readonly kind: Offer["kind"];
  /** Absent: what is offered says it. */
  readonly because?: string;
  readonly wishes: readonly ReserveWish[];
  /** The sites it stands on. */
  readonly sites: readonly AttestedSite[];
  readonly leftOut: Offer["leftOut"];
  readonly versionNumber: number;
  readonly author: BidAuthor;
  readonly gate: GateMode;
  readonly band: TwoPersonBand | undefined;
  readonly standingBidId: string | null;
  readonly signatures: readonly Person[];
  readonly correctionOf?: string;
  readonly decidedAtMs: UtcMs;
  readonly history: PriceHistory;
}

/** Wishes become a bid of reserves: shaped by the market, judged by its rulebook, certified with all that stacks. */
export function makeReserveBid(
  market: ReserveMarket | AheadReserveMarket,
  making: ReserveMaking,
): Result<BidRecord, CodedError> {
  const { entry, interval, wishes, sites, versionNumber, decidedAtMs, author, gate, kind, leftOut } = making;
  const { unit } = entry;
  const products = market.productsAt(interval.startMs);
  const beside = besideEnergy(market, interval);
  const reaches = sites.map((site) => reachOfSite(site, beside, sustainTimes(products), market, products));
  const reach = sumOfReaches(reaches);
  const why = { offer: { kind, sites, leftOut }, history: making.history, decidedAtMs, author };
  const rebid = versionNumber > 1 ? { rebid: rebidReason(why) } : {};
  const keepsW =
    market.storedEnergy === "together" ? undefined : sumOfKept(sites.map((site) => keepsOf(site, beside, products)));
  const built = market.buildOffer({
    unit,
    interval,
    wishes,
    reach,
    versionNumber,
    decidedAtMs,
    ...rebid,
    ...(keepsW !== undefined && { keepsW }),
  });
  if (!built.ok) return built;
  const bid = built.value;
  const steps = market.stackOf(bid);
  const registered = entry.reserves?.products ?? [];
  const stack = market.reachOf(bid);
  const certificate = certifyReserves({
    ...{ unit, interval, sites, registered, products, stack, madeAtMs: decidedAtMs },
    isTakenTogether: market.ahead !== undefined,
  });
  const refusals = [...market.validate(bid, unit), ...certificateViolations(certificate)];
  return ok({
    ...{
      bidId: bidIdOf(bid),
      bid,
      author,
      product: reserveProduct,
      gate,
      kind,
      because: making.because ?? becauseOf(steps),
    },
    leftOut: leftOut.map(({ siteId, code }) => ({ siteId, code })),
    certificate,
    offers: [],
    reserves: [],
    reserveBasis: { wishes, reach, ...(keepsW !== undefined && { keepsW }), sites: reaches },
    heldBack: [],
    standingBidId: making.standingBidId,
    expectedPrice: null,
    review: reviewBid(steps, author, gate, making.band),
    signatures: making.signatures,
    ...(making.correctionOf !== undefined && { correctionOf: making.correctionOf }),
    state: refusals.length === 0 ? "built" : "refused",
    refusals,
  });
}

const becauseOf = (steps: readonly BidStep[]): string =>
  steps.length === 0
    ? "its sites have no room for reserves"
    : `kept ready beside energy: ${steps.map(({ product, volumeMW, pricePerMWh }) => `${product} ${volumeMW} MW from ${pricePerMWh}`).join(", ")}`;

/**
 * What the algorithm wishes to keep ready: all it is registered for and its sites can carry, at what being ready costs.
 * How much of it stands in the way of energy is settled where both clear together, at the prices that come.
 */
export function wishesFor(
  registered: readonly RegisteredReserve[],
  products: readonly ReserveProduct[],
  hasSites: boolean,
): readonly ReserveWish[] {
  return registered
    .filter(({ product }) => products.some(({ name }) => name === product))
    .map(({ product, registeredW, pricePerMWh }) => ({
      product,
      volumeW: hasSites ? registeredW : (0 as W),
      pricePerMWh,
    }));
}

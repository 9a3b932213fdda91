import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { GateMode, SiteEntry, TwoPersonBand, UnitEntry } from "../config/cloud-config.ts";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { BandPrices, Market, Rebid, Violation } from "../markets/market.ts";
import type { PriceHistory } from "../prices/index.ts";
import { aggregateCurves } from "../strategies/price-quantity-curve.ts";
import type { Strategy } from "../strategies/strategy.ts";
import type { AttestedSite } from "./attest-site.ts";
import type { ExpectedPrice } from "./bid-effect.ts";
import { type BidAuthor, type BidRecord, bidIdOf, type HeldBack, instantText } from "./bid-record.ts";
import { certificateViolations, certify } from "./certificate.ts";
import { nothingOffered, type Offer } from "./decide-offer.ts";
import type { Journal } from "./journal.ts";
import type { Person } from "./person.ts";
import { reviewBid } from "./review-bid.ts";

export interface BidMaking {
  readonly entry: UnitEntry;
  readonly interval: Interval;
  readonly offer: Offer;
  readonly bandPrices: BandPrices;
  readonly versionNumber: number;
  readonly author: BidAuthor;
  readonly product: string;
  readonly gate: GateMode;
  readonly band: TwoPersonBand | undefined;
  readonly heldBack: readonly HeldBack[];
  readonly standingBidId: string | null;
  readonly expectedPrice: ExpectedPrice | null;
  readonly signatures: readonly Person[];
  readonly correctionOf?: string;
  readonly decidedAtMs: UtcMs;
  /** What was known of prices when it was decided; the reason of a rebid names the latest. */
  readonly history: PriceHistory;
}

/**
 * An offer becomes a bid: shaped by the market, judged by its rulebook, certified. Whatever comes out is a record;
 * one that broke a rule or could not be delivered comes out `refused` and never leaves.
 */
export function makeBid(market: Market, making: BidMaking): Result<BidRecord, CodedError> {
  const { entry, interval, offer, bandPrices, versionNumber, author, decidedAtMs, gate } = making;
  const { unit } = entry;
  const curve = offer.offers.length === 0 ? nothingOffered : aggregateCurves(offer.offers.map((each) => each.curve));
  const rebid = versionNumber > 1 ? { rebid: rebidReason(making) } : {};
  const built = market.buildBid({ unit, interval, curve, bandPrices, versionNumber, decidedAtMs, ...rebid });
  if (!built.ok) return built;
  const bid = built.value;
  const offered = offer.offers.flatMap(({ siteId, curve }) => {
    const site = offer.sites.find(({ capability }) => capability.siteId === siteId);
    return site === undefined ? [] : [{ site, curve }];
  });
  const steps = market.stackOf(bid);
  const certificate = certify(unit, interval, offered, steps, decidedAtMs);
  const refusals: readonly Violation[] = [
    ...market.validate(bid, unit, { dayBandPrices: bandPrices }),
    ...certificateViolations(certificate),
  ];
  return ok({
    bidId: bidIdOf(bid),
    bid,
    author,
    product: making.product,
    gate,
    kind: offer.kind,
    because: offer.because,
    leftOut: offer.leftOut.map(({ siteId, code }) => ({ siteId, code })),
    certificate,
    offers: offer.offers,
    reserves: certificate.sites.map(({ siteId, possibleWMin, possibleWMax }) => ({
      siteId,
      powerWMin: possibleWMin,
      powerWMax: possibleWMax,
    })),
    heldBack: making.heldBack,
    standingBidId: making.standingBidId,
    expectedPrice: making.expectedPrice,
    review: reviewBid(steps, author, gate, making.band),
    signatures: making.signatures,
    ...(making.correctionOf !== undefined && { correctionOf: making.correctionOf }),
    state: refusals.length === 0 ? "built" : "refused",
    refusals,
  });
}

export interface RebidFacts extends Pick<BidMaking, "history" | "decidedAtMs" | "author"> {
  readonly offer: Pick<Offer, "kind" | "sites" | "leftOut">;
}

/**
 * Brief, verifiable and specific, as a rebid has to be: the price that became known, what is stored, what went
 * missing. Plant reasons for a withdrawal, financial ones otherwise.
 */
export function rebidReason({ offer, history, decidedAtMs, author }: RebidFacts): Rebid {
  const isPlant = offer.kind === "withdrawal";
  const lastStartMs = (history.endMs - history.intervalMs) as UtcMs;
  const lastPrice = history.length > 0 ? history.price(history.length - 1) : undefined;
  const eventMs = Math.min(decidedAtMs, history.length > 0 ? history.knownAtMs(lastStartMs) : decidedAtMs) as UtcMs;
  const stored = offer.sites
    .map(({ capability }) => `${capability.siteId} ${(capability.soc * 100).toFixed(1)} % stored`)
    .join(", ");
  const facts = [
    author.type === "person" ? "bid by the trader" : undefined,
    lastPrice === undefined ? undefined : `price ${lastPrice.toFixed(2)} at ${instantText(lastStartMs)}`,
    stored === "" ? undefined : stored,
    ...offer.leftOut.map(({ siteId, code }) => `${siteId} left out: ${code}`),
  ].filter((fact) => fact !== undefined);
  return {
    reason: facts.join("; ").slice(0, 500) || "unit withdrawn",
    category: isPlant ? "P" : "F",
    eventMs,
    awareMs: eventMs,
    decisionMs: decidedAtMs,
  };
}

export interface BandPriceInputs {
  readonly market: Market;
  readonly journal: Journal;
  readonly strategy: Strategy;
  readonly entry: UnitEntry;
  readonly sites: readonly AttestedSite[];
  readonly forecast: Result<PriceForecast, CodedError>;
  readonly interval: Interval;
  readonly asOfMs: UtcMs;
}

/**
 * The price bands of a unit for a trading day: chosen once, written down, and the same ever after. Refused when
 * there is nothing to choose them by.
 */
export function fixedBandPrices(inputs: BandPriceInputs, day: Interval): Result<BandPrices, CodedError> {
  const { market, journal, strategy, entry, sites, forecast, interval, asOfMs } = inputs;
  const key = bandPricesKey(entry.unit.id, day);
  const fixed = journal.fact(key);
  if (fixed !== undefined) return ok(fixed as BandPrices);
  if (!forecast.ok) return forecast;
  if (sites.length === 0) return fail({ code: "desk.no-site", unitId: entry.unit.id });
  const constants = market.constantsAt(interval.startMs, entry.unit);
  if (!constants.ok) return constants;
  const capabilities = sites.map(({ capability }) => capability);
  const view = { asOfMs, interval, forecast: forecast.value, sites: capabilities, market: constants.value };
  const levels = strategy.levels(view, day);
  if (!levels.ok) return levels;
  const prices = market.dayBandPrices({ unit: entry.unit, day, levels: [levels.value] });
  if (prices.ok) journal.putFact(key, prices.value);
  return prices;
}

/** Under which name the band prices of a unit and trading day are written down. */
export const bandPricesKey = (unitId: string, day: Interval): string => `band-prices.${unitId}.${day.startMs}`;

/** The entries of a unit's sites, in the unit's order. */
export const sitesOf = (entry: UnitEntry, sites: readonly SiteEntry[]): readonly SiteEntry[] =>
  entry.unit.siteIds.flatMap((siteId) => sites.filter((site) => site.siteId === siteId));

import { type ApprovalDocument, type DeskDocument, FLEET_VERSION } from "@penstock/protocol/fleet";
import type { UtcMs } from "@penstock/protocol/units";
import { diffOf, effectOf } from "./bid-effect.ts";
import type { BidRecord } from "./bid-record.ts";
import type { DeskBooks } from "./desk-books.ts";
import { gateClosureOf, stepsOf } from "./product-door.ts";
import { siteIdsOf } from "./refit-bid.ts";

/** The desk as people see it: gates, what waits, what was stopped, whose settings were attested. */
export function deskView(books: DeskBooks): DeskDocument {
  const { market, config, marketClock, readings } = books.ports;
  return {
    version: FLEET_VERSION,
    marketId: market.id,
    currency: market.currency,
    kill: books.kill.state(),
    gates: books.gates.list(),
    capabilities: config.sites.map((site) => books.capabilities.document(site, readings(site.siteId).capabilityHash)),
    approvals: books.bids
      .from((marketClock.nowMs() - market.intervalMs) as UtcMs)
      .filter(({ state, bid, product }) => state === "built" && books.isOpen(bid.interval, product))
      .map((record) => approvalOf(record, books))
      .sort((a, b) => a.expiresAtMs - b.expiresAtMs || a.unitId.localeCompare(b.unitId)),
  };
}

/** A waiting bid beside what it would replace: the bid that stands for its interval, else the last one accepted. */
function approvalOf(record: BidRecord, books: DeskBooks): ApprovalDocument {
  const { market } = books.ports;
  const { bidId, bid, author, offers, expectedPrice, review, signatures } = record;
  const { unitId, interval } = bid;
  const standing = books.bids.standing(unitId, interval, record.product);
  const against = standing ?? books.bids.lastAccepted(unitId, interval, record.product);
  const unit = books.unit(unitId)?.unit;
  return {
    bidId,
    unitId,
    siteIds: siteIdsOf(record),
    product: record.product,
    intervalStartMs: interval.startMs,
    intervalEndMs: interval.endMs,
    expiresAtMs: gateClosureOf(market, interval, record.product),
    author: author.type === "person" ? author.name : "algorithm",
    because: record.because,
    signaturesNeeded: review.signaturesNeeded,
    beyondBand: review.beyondBand,
    signedBy: signatures.map(({ name }) => name),
    against:
      against === undefined
        ? null
        : { bidId: against.bidId, is: standing === undefined ? "last-accepted" : "standing" },
    diff: diffOf(against === undefined ? [] : stepsOf(market, against), stepsOf(market, record)),
    effect:
      expectedPrice === null || unit === undefined
        ? null
        : effectOf({
            before: against?.offers ?? [],
            after: offers,
            price: expectedPrice,
            interval,
            lossFactor: unit.lossFactor,
            currency: market.currency,
          }),
  };
}

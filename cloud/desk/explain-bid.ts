import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import type { BandPrices, Bid, Market, MarketUnit, Rebid } from "../markets/market.ts";
import { aggregateCurves } from "../strategies/price-quantity-curve.ts";
import type { BidChange } from "./bid-book.ts";
import { bandPricesKey } from "./bid-maker.ts";
import type { BidRecord } from "./bid-record.ts";
import { nothingOffered } from "./decide-offer.ts";
import type { Journal, JournalEntry, JournalKind } from "./journal.ts";

/** All that is written about one bid, each with the moment we knew it. */
export interface BidStory {
  readonly version: 1;
  readonly bidId: string;
  readonly knownAtMs: UtcMs;
  readonly record: BidRecord;
  /** The forecast it was decided on; null when there was none. */
  readonly forecast: object | null;
  readonly gateDecisions: readonly Told[];
  /** Submission, acknowledgement, clearing: one a change of state. */
  readonly changes: readonly Told[];
  readonly award: Told | null;
  readonly leases: readonly Told[];
  readonly deliveries: readonly Told[];
  readonly settlement: readonly Told[];
  /** Whether the rulebook of today makes the very same bid out of the stored curves and band prices. */
  readonly isReproduced: boolean;
}

export interface Told {
  readonly knownAtMs: UtcMs;
  readonly body: object;
}

export interface BidStoryInputs {
  readonly journal: Journal;
  readonly market: Market;
  readonly units: readonly MarketUnit[];
}

/** Refused with `desk.not-a-bid-id` and `desk.unknown-bid`. */
export function explainBid({ journal, market, units }: BidStoryInputs, bidId: string): Result<BidStory, CodedError> {
  const [, unitId, startText] = /^(.+)\.(\d{4}-\d{2}-\d{2}T[\d:.]+Z)\.v\d+$/.exec(bidId) ?? [];
  const startMs = Date.parse(startText ?? "");
  if (unitId === undefined || !Number.isFinite(startMs)) {
    return fail({ code: "desk.not-a-bid-id", bidId, wanted: "UNIT.2026-01-31T00:05:00Z.v1" });
  }
  const span: Interval = { startMs: UtcMs(startMs), endMs: UtcMs(startMs + 1) };
  const made = journal.entries("bid", span).find(({ id }) => id === bidId);
  if (made === undefined) return fail({ code: "desk.unknown-bid", bidId });
  const record = made.body as BidRecord;
  const told = (kind: JournalKind, isOurs: (entry: JournalEntry) => boolean): readonly Told[] =>
    journal
      .entries(kind, span)
      .filter(isOurs)
      .map(({ knownAtMs, body }) => ({ knownAtMs, body }));
  const ofBid = ({ body }: JournalEntry) => (body as { readonly bidId?: string }).bidId === bidId;
  const ofUnit = (entry: JournalEntry) => entry.unitId === unitId;
  const changes = told("submission", ofBid);
  const last = changes.at(-1)?.body as BidChange | undefined;
  const unit = units.find(({ id }) => id === unitId);
  return ok({
    version: 1,
    bidId,
    knownAtMs: made.knownAtMs,
    record: last === undefined ? record : { ...record, state: last.state, refusals: last.refusals },
    forecast: told("forecast", ({ knownAtMs }) => knownAtMs <= made.knownAtMs).at(-1)?.body ?? null,
    gateDecisions: told("gate-decision", ofBid),
    changes,
    award: told("award", () => true).at(-1) ?? null,
    leases: told("lease", ofUnit),
    deliveries: told("delivery", ofUnit),
    settlement: told("settlement", ofUnit),
    isReproduced: unit !== undefined && isReproduced(record, { journal, market, unit }),
  });
}

/** Bids of people and of the algorithm alike are made of stored curves or wishes: the same must give the same bid. */
function isReproduced(
  { bid, offers, reserveBasis }: BidRecord,
  { journal, market, unit }: { readonly journal: Journal; readonly market: Market; readonly unit: MarketUnit },
): boolean {
  const { interval, versionNumber, decidedAtMs, rebid } = bid as Bid & { readonly rebid?: Rebid };
  const about = { unit, interval, versionNumber, decidedAtMs, ...(rebid === undefined ? {} : { rebid }) };
  if (reserveBasis !== undefined) {
    const { sites: _, ...basis } = reserveBasis;
    const again = market.reserves?.buildOffer({ ...about, ...basis });
    return again?.ok === true && JSON.stringify(again.value) === JSON.stringify(bid);
  }
  const bandPrices = journal.fact(bandPricesKey(unit.id, market.tradingDay(bid.interval.startMs)));
  if (bandPrices === undefined) return false;
  const again = market.buildBid({
    ...about,
    curve: offers.length === 0 ? nothingOffered : aggregateCurves(offers.map(({ curve }) => curve)),
    bandPrices: bandPrices as BandPrices,
  });
  return again.ok && JSON.stringify(again.value) === JSON.stringify(bid);
}

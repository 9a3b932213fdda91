import { invariant } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { Violation } from "../markets/market.ts";
import type { BidRecord, BidState } from "./bid-record.ts";
import type { FeasibilityCertificate } from "./certificate.ts";
import { energyProduct } from "./gate-book.ts";
import type { Journal } from "./journal.ts";
import type { Person } from "./person.ts";

/** What happened to a bid after it was built: one entry a change, so the history stays. */
export interface BidChange {
  readonly bidId: string;
  readonly state: BidState;
  readonly refusals: readonly Violation[];
  /** Who let it out, held it or took its place. */
  readonly by?: string;
  readonly why?: string;
  /** What was sent, on submission. */
  readonly bidFile?: string;
  /** Made anew just before it was sent, or kept from being sent. */
  readonly certificate?: FeasibilityCertificate;
  readonly signatures?: readonly Person[];
  readonly receivedAtMs?: UtcMs;
}

/** Every bid of the trading day at hand: written down first, then remembered. */
export class BidBook {
  readonly #journal: Journal;
  readonly #wallNowMs: () => UtcMs;
  readonly #records = new Map<string, BidRecord>();

  constructor(journal: Journal, wallNowMs: () => UtcMs) {
    this.#journal = journal;
    this.#wallNowMs = wallNowMs;
  }

  /** Reads back a span of market time, as after a restart. */
  restore(span: Interval): void {
    for (const { body } of this.#journal.entries("bid", span)) {
      const record: BidRecord = { ...beforeReviews, ...(body as BidRecord) };
      this.#records.set(record.bidId, record);
    }
    for (const { body } of this.#journal.entries("submission", span)) {
      const change = body as BidChange;
      const record = this.#records.get(change.bidId);
      if (record !== undefined) this.#records.set(change.bidId, changed(record, change));
    }
  }

  add(record: BidRecord): void {
    invariant(!this.#records.has(record.bidId), "a bid's version is used once");
    this.#journal.append({ kind: "bid", ...this.#about(record), body: record });
    this.#records.set(record.bidId, record);
  }

  change(bidId: string, state: BidState, details: Omit<Partial<BidChange>, "bidId" | "state"> = {}): BidRecord {
    const record = this.#records.get(bidId);
    invariant(record !== undefined, "only a bid in the book can change");
    const change: BidChange = { bidId, state, refusals: record.refusals, ...details };
    this.#journal.append({ kind: "submission", ...this.#about(record), body: change });
    const next = changed(record, change);
    this.#records.set(bidId, next);
    return next;
  }

  get(bidId: string): BidRecord | undefined {
    return this.#records.get(bidId);
  }

  /** Bids of a unit for an interval, oldest version first. */
  of(unitId: string, interval: Interval): readonly BidRecord[] {
    return [...this.#records.values()].filter(
      ({ bid }) => bid.unitId === unitId && bid.interval.startMs === interval.startMs,
    );
  }

  /** The bid the operator holds for a unit and interval: the newest it accepted. */
  standing(unitId: string, interval: Interval): BidRecord | undefined {
    return this.of(unitId, interval).findLast(isAccepted);
  }

  /** The newest bid of a unit the operator accepted for any interval before one. */
  lastAccepted(unitId: string, before: Interval): BidRecord | undefined {
    let last: BidRecord | undefined;
    for (const record of this.#records.values()) {
      const { unitId: id, interval } = record.bid;
      if (id !== unitId || interval.startMs >= before.startMs || !isAccepted(record)) continue;
      if (last === undefined || interval.startMs >= last.bid.interval.startMs) last = record;
    }
    return last;
  }

  /** Versions count up within a unit and trading day. */
  nextVersion(unitId: string, day: Interval): number {
    let version = 0;
    for (const { bid } of this.#records.values()) {
      if (bid.unitId !== unitId || bid.interval.startMs < day.startMs || bid.interval.startMs >= day.endMs) continue;
      version = Math.max(version, bid.versionNumber);
    }
    return version + 1;
  }

  from(startMs: UtcMs): readonly BidRecord[] {
    return [...this.#records.values()].filter(({ bid }) => bid.interval.startMs >= startMs);
  }

  /** Ended trading days stay in the journal only. */
  forgetBefore(startMs: UtcMs): void {
    for (const [bidId, { bid }] of this.#records) if (bid.interval.startMs < startMs) this.#records.delete(bidId);
  }

  #about({ bidId, bid }: BidRecord) {
    return { id: bidId, knownAtMs: this.#wallNowMs(), intervalStartMs: bid.interval.startMs, unitId: bid.unitId };
  }
}

/** What records do not say that were written before bids were reviewed: one person had to let them out. */
const beforeReviews = {
  product: energyProduct,
  heldBack: [],
  standingBidId: null,
  expectedPrice: null,
  review: { signaturesNeeded: 1, beyondBand: [] },
  signatures: [],
} as const satisfies Partial<BidRecord>;

const isAccepted = ({ state }: BidRecord): boolean => state === "accepted" || state === "cleared";

const changed = (
  record: BidRecord,
  { state, refusals, certificate, signatures, receivedAtMs }: BidChange,
): BidRecord => ({
  ...record,
  state,
  refusals,
  ...(certificate !== undefined && { certificate }),
  ...(signatures !== undefined && { signatures }),
  ...(receivedAtMs !== undefined && { receivedAtMs }),
});

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
  /** By interval start and unit, oldest version first: a thousand units are looked up one by one. */
  readonly #ids = new Map<UtcMs, Map<string, string[]>>();

  constructor(journal: Journal, wallNowMs: () => UtcMs) {
    this.#journal = journal;
    this.#wallNowMs = wallNowMs;
  }

  /** Reads back a span of market time, as after a restart. */
  restore(span: Interval): void {
    for (const { body } of this.#journal.entries("bid", span)) {
      const record: BidRecord = { ...beforeReviews, ...(body as BidRecord) };
      this.#enter(record);
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
    this.#enter(record);
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

  /** Bids of a unit and product for an interval, oldest version first. */
  of(unitId: string, { startMs }: Interval, product = energyProduct): readonly BidRecord[] {
    return this.#recordsOf(this.#ids.get(startMs)?.get(unitId)).filter((record) => record.product === product);
  }

  /** The bid the operator holds for a unit, product and interval: the newest it accepted. */
  standing(unitId: string, interval: Interval, product = energyProduct): BidRecord | undefined {
    return this.of(unitId, interval, product).findLast(isAccepted);
  }

  /** The newest bid of a unit and product the operator accepted for any interval before one. */
  lastAccepted(unitId: string, before: Interval, product = energyProduct): BidRecord | undefined {
    let last: BidRecord | undefined;
    for (const [startMs, units] of this.#ids) {
      if (startMs >= before.startMs || startMs < (last?.bid.interval.startMs ?? 0)) continue;
      const ofProduct = this.#recordsOf(units.get(unitId)).filter((record) => record.product === product);
      last = ofProduct.findLast(isAccepted) ?? last;
    }
    return last;
  }

  /** Versions count up within a unit and trading day. */
  nextVersion(unitId: string, day: Interval): number {
    let version = 0;
    for (const [startMs, units] of this.#ids) {
      if (startMs < day.startMs || startMs >= day.endMs) continue;
      for (const { bid } of this.#recordsOf(units.get(unitId))) version = Math.max(version, bid.versionNumber);
    }
    return version + 1;
  }

  /** By interval and unit, oldest version first. */
  from(startMs: UtcMs): readonly BidRecord[] {
    const starts = [...this.#ids.keys()].filter((start) => start >= startMs).sort((a, b) => a - b);
    return starts.flatMap((start) =>
      [...(this.#ids.get(start)?.values() ?? [])].flatMap((ids) => this.#recordsOf(ids)),
    );
  }

  /** Ended trading days stay in the journal only. */
  forgetBefore(startMs: UtcMs): void {
    for (const [start, units] of this.#ids) {
      if (start >= startMs) continue;
      for (const bidId of [...units.values()].flat()) this.#records.delete(bidId);
      this.#ids.delete(start);
    }
  }

  #enter(record: BidRecord): void {
    const { unitId, interval } = record.bid;
    this.#records.set(record.bidId, record);
    const units = this.#ids.get(interval.startMs) ?? new Map<string, string[]>();
    this.#ids.set(interval.startMs, units);
    const ids = units.get(unitId);
    if (ids === undefined) units.set(unitId, [record.bidId]);
    else if (!ids.includes(record.bidId)) ids.push(record.bidId);
  }

  #recordsOf(ids: readonly string[] = []): readonly BidRecord[] {
    return ids.flatMap((bidId) => this.#records.get(bidId) ?? []);
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

import type { DeliveryCounts } from "../dispatch/delivery-ledger.ts";
import type { BidState } from "./bid-record.ts";
import type { Journal } from "./journal.ts";

export interface ReportCounts {
  readonly bidsBuilt: number;
  readonly bidsRefused: number;
  readonly bidsAccepted: number;
  readonly leasesIssued: number;
  readonly leasesApplied: number;
  readonly leasesClamped: number;
  readonly leasesRefused: number;
  readonly leasesExpired: number;
}

/**
 * What was counted since the store began, over all processes that worked on it. Kept once an interval: a killed
 * process takes with it what it counted since.
 */
export class CountKeeper {
  readonly #journal: Journal;
  readonly #before: ReportCounts;
  readonly #deliveries: () => DeliveryCounts;
  readonly #bids = { built: 0, refused: 0, accepted: 0 };

  constructor(journal: Journal, deliveries: () => DeliveryCounts) {
    this.#journal = journal;
    this.#deliveries = deliveries;
    this.#before = (journal.fact(FACT) as ReportCounts | undefined) ?? nothing;
  }

  /** Told of every state a bid enters, once each; a bid is new in the first. */
  bid(state: BidState, isNew: boolean): void {
    if (isNew) this.#bids.built += 1;
    if (state === "refused" || state === "accepted") this.#bids[state] += 1;
  }

  counts(): ReportCounts {
    const { issued, applied, clamped, refused, expired } = this.#deliveries();
    return {
      bidsBuilt: this.#before.bidsBuilt + this.#bids.built,
      bidsRefused: this.#before.bidsRefused + this.#bids.refused,
      bidsAccepted: this.#before.bidsAccepted + this.#bids.accepted,
      leasesIssued: this.#before.leasesIssued + issued,
      leasesApplied: this.#before.leasesApplied + applied,
      leasesClamped: this.#before.leasesClamped + clamped,
      leasesRefused: this.#before.leasesRefused + refused,
      leasesExpired: this.#before.leasesExpired + expired,
    };
  }

  keep(): void {
    this.#journal.putFact(FACT, this.counts());
  }
}

const FACT = "report-counts";

const nothing: ReportCounts = {
  bidsBuilt: 0,
  bidsRefused: 0,
  bidsAccepted: 0,
  leasesIssued: 0,
  leasesApplied: 0,
  leasesClamped: 0,
  leasesRefused: 0,
  leasesExpired: 0,
};

import { type CodedError, describeError, invariant, type Result } from "@penstock/protocol/result";
import type { Violation } from "../markets/market.ts";
import { type BidRecord, isReleased } from "./bid-record.ts";
import { certifyAgain } from "./certify-again.ts";
import type { DeskBooks } from "./desk-books.ts";
import type { Drafting } from "./drafting.ts";
import type { SubmissionReceipt, SubmissionRefusal } from "./market-operator.ts";
import { bidFileOf } from "./product-door.ts";
import { refitBid, siteIdsOf } from "./refit-bid.ts";
import { lapseLate } from "./waiting-bids.ts";

/**
 * The last steps of a bid: looked at once more, written down, handed to the operator, and followed to its answer. A
 * person's bid has the last word: when the algorithm's turns out to have reached the operator after it, the person's
 * is sent again.
 */
export class Submissions {
  readonly #books: DeskBooks;
  readonly #drafting: Drafting;

  constructor(books: DeskBooks, drafting: Drafting) {
    this.#books = books;
    this.#drafting = drafting;
  }

  /** Sends a bid that everybody needed has signed. The record that comes back says what became of it so far. */
  release(record: BidRecord, by: string): BidRecord {
    const { bids } = this.#books;
    const { unitId, interval, versionNumber } = record.bid;
    const { product } = record;
    if (record.author.type === "person") {
      for (const { bidId, author, state } of bids.of(unitId, interval, product)) {
        if (state !== "built" || author.type !== "algorithm") continue;
        this.#books.tell(bids.change(bidId, "void", { by: record.bidId }));
      }
      const isPassed = bids
        .of(unitId, interval, product)
        .some((other) => isReleased(other) && other.bid.versionNumber > versionNumber);
      // A bid newer by number reached the operator while this one waited for its second signature.
      if (isPassed) return this.#correct(record) ?? record;
    }
    const refitted = this.#refit(record, by);
    if (refitted.state === "refused") return refitted;
    if (!this.#books.isOpen(interval, product)) return lapseLate(this.#books, record);
    this.#submit(refitted, by);
    return bids.get(record.bidId) ?? refitted;
  }

  /** Looks at sites and standing bid again; what no longer fits is refused here, with the reason. */
  #refit(record: BidRecord, by: string): BidRecord {
    const { bids, ports } = this.#books;
    const { unitId, interval } = record.bid;
    const entry = this.#books.unit(unitId);
    invariant(entry !== undefined, "a bid in the book is of a unit in the configuration");
    const { attested, leftOut } = this.#drafting.attest(entry, interval, record.product);
    const certificate = certifyAgain(record, entry, attested, ports);
    const standingBidId = bids.standing(unitId, interval, record.product)?.bidId ?? null;
    const refusals = refitBid({ record, attested, leftOut, certificate, standingBidId });
    if (refusals.length === 0) return { ...record, certificate };
    const refused = bids.change(record.bidId, "refused", { refusals, certificate, by });
    this.#books.tell(refused);
    const rules = refusals.map(({ rule, where }) => `${rule} (${where})`);
    this.#books.alarm({ code: "desk.no-longer-fits", bidId: record.bidId, rules }, interval, unitId);
    return refused;
  }

  #submit(record: BidRecord, by: string): void {
    const { bids, ports } = this.#books;
    const { bidId, certificate } = record;
    const bidFile = bidFileOf(ports.market, record);
    this.#books.tell(bids.change(bidId, "submitted", { by, bidFile, certificate }));
    ports.operator.submit(bidFile, (answer) => this.#answered(bidId, answer));
  }

  #answered(bidId: string, answer: Result<SubmissionReceipt, SubmissionRefusal>): void {
    const { bids } = this.#books;
    const record = bids.get(bidId);
    // An answer that comes days late is about a day the book has closed.
    if (record === undefined) return;
    const { unitId, interval } = record.bid;
    if (answer.ok) {
      this.#books.tell(bids.change(bidId, "accepted", { receivedAtMs: answer.value.receivedAtMs }));
      this.#keepPersonsWord(record);
      return;
    }
    const { code, violations } = answer.error;
    const refusals =
      violations.length > 0 ? violations : [{ rule: code, where: "operator", message: describeError(answer.error) }];
    if (record.author.type === "algorithm" && this.#isSuperseded(record, refusals)) {
      this.#books.tell(bids.change(bidId, "void", { refusals }));
      return;
    }
    const refused = bids.change(bidId, "refused", { refusals });
    this.#books.tell(refused);
    // The operator holds something newer by number: the person's bid goes out again under a number newer still.
    const isOvertaken = record.author.type === "person" && refusals.some(({ rule }) => rule === "operator.version");
    if (isOvertaken && this.#correct(refused) !== undefined) return;
    this.#books.alarm({ code, rules: refusals.map(({ rule }) => rule) }, interval, unitId);
  }

  /** A newer one of ours went out while this one was lost on its way: the operator holds that, as it should. */
  #isSuperseded({ bid, product }: BidRecord, refusals: readonly Violation[]): boolean {
    const isNewer = (other: BidRecord): boolean => isReleased(other) && other.bid.versionNumber > bid.versionNumber;
    return (
      refusals.every(({ rule }) => rule === "operator.version") &&
      this.#books.bids.of(bid.unitId, bid.interval, product).some(isNewer)
    );
  }

  /** An operator counts what came last. When that was the algorithm's although a person had bid, it is put right. */
  #keepPersonsWord({ bid: { unitId, interval }, product }: BidRecord): void {
    const accepted = this.#books.bids.of(unitId, interval, product).filter(({ state }) => state === "accepted");
    const persons = accepted.findLast(({ author }) => author.type === "person");
    if (persons === undefined) return;
    const arrivedMs = persons.receivedAtMs ?? 0;
    const isOvertaken = accepted.some(
      ({ author, receivedAtMs }) => author.type === "algorithm" && (receivedAtMs ?? 0) > arrivedMs,
    );
    if (isOvertaken) this.#correct(persons);
  }

  /** Sends a person's bid again as the newest; undefined when it could not be, which is alarmed. */
  #correct(record: BidRecord): BidRecord | undefined {
    const { unitId, interval } = record.bid;
    const entry = this.#books.unit(unitId);
    invariant(entry !== undefined, "a bid in the book is of a unit in the configuration");
    const lost = (error: CodedError): undefined =>
      void this.#books.alarm({ code: "desk.race-lost", bidId: record.bidId, cause: error.code }, interval, unitId);
    if (!this.#books.isOpen(interval, record.product)) return lost({ code: "desk.gate-closed" });
    const sent = this.#books.bids
      .of(unitId, interval, record.product)
      .filter(({ correctionOf }) => correctionOf !== undefined);
    if (sent.length >= CORRECTIONS_MAX) return lost({ code: "desk.corrections-spent" });
    const { attested, leftOut } = this.#drafting.attest(entry, interval, record.product);
    const { author, gate, signatures, offers, kind, reserveBasis } = record;
    const standsOn = siteIdsOf(record);
    const sites = attested.filter(({ capability }) => standsOn.includes(capability.siteId));
    const because = `${record.because}; sent again, the algorithm's bid had reached the operator`;
    const again = { entry, interval, author, gate, signatures, correctionOf: record.bidId };
    const made =
      reserveBasis === undefined
        ? this.#drafting.make({
            ...again,
            offer: { kind: offers.length === 0 ? "withdrawal" : "offer", because, sites, offers, leftOut },
            forecast: this.#drafting.forecast(interval),
          })
        : this.#drafting.makeReserves({ ...again, kind, because, sites, leftOut, wishes: reserveBasis.wishes });
    if (!made.ok) return lost(made.error);
    if (made.value.state !== "built") return lost({ code: made.value.refusals[0]?.rule ?? "desk.bid-refused" });
    if (record.state === "built")
      this.#books.tell(this.#books.bids.change(record.bidId, "void", { by: made.value.bidId }));
    return this.release(made.value, author.type === "person" ? author.name : "desk");
  }
}

/** An operator that keeps taking the older bid for the newer is a matter for people. */
const CORRECTIONS_MAX = 3;

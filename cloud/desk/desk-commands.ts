import type { DeskAct, GateDocument } from "@penstock/protocol/fleet";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { W } from "@penstock/protocol/units";
import type { UnitEntry } from "../config/cloud-config.ts";
import type { OfferedCurve } from "../dispatch/split-award.ts";
import type { ReserveWish } from "../markets/reserve-market.ts";
import { type BidRecord, isReleased } from "./bid-record.ts";
import { type Offer, withdrawal } from "./decide-offer.ts";
import type { DeskBooks } from "./desk-books.ts";
import type { Drafting } from "./drafting.ts";
import { energyProduct, mostShut, reserveProduct } from "./gate-book.ts";
import { isAtLeast, type Person, type Role } from "./person.ts";
import { biddableAt, isBidAhead } from "./product-door.ts";
import { siteIdsOf } from "./refit-bid.ts";
import { isSigned } from "./review-bid.ts";
import type { Submissions } from "./submissions.ts";

export interface DeskCommandPorts {
  readonly books: DeskBooks;
  readonly drafting: Drafting;
  readonly submissions: Submissions;
  /** Has the algorithm decide once more for a unit and interval. */
  readonly decideAgain: (entry: UnitEntry, interval: Interval, product: string) => void;
}

export interface PersonsBid {
  readonly unitId: string;
  /** `next`: the first interval whose gate is open. */
  readonly interval: Interval | "next";
  readonly curves: readonly OfferedCurve[];
  /** To be kept ready instead: the bid is one of reserves, and has no curves. */
  readonly reserves?: readonly ReserveWish[];
  readonly why: string;
}

/**
 * What people do at the desk. Each act is refused with `desk.not-permitted` to who may not, and written down with who,
 * when and why before it counts.
 */
export class DeskCommands {
  readonly #ports: DeskCommandPorts;

  constructor(ports: DeskCommandPorts) {
    this.#ports = ports;
  }

  /** Lets the next bids through as far as the gate says; what already waits goes on waiting. */
  setGate(subject: string, product: string, gate: string, by: Person, why: string): Result<GateDocument, CodedError> {
    const allowed = permit(by, "trader", why);
    return allowed.ok ? this.#ports.books.gates.set(subject, product, gate, by, why) : allowed;
  }

  /** Signs a waiting bid; with the last signature it is looked at once more and leaves. */
  approve(bidId: string, by: Person, why = "approved"): Result<BidRecord, CodedError> {
    const waiting = this.#waiting(bidId, by, why);
    if (!waiting.ok) return waiting;
    const { books, submissions, decideAgain } = this.#ports;
    const { review, signatures, author, bid, product } = waiting.value;
    if (signatures.some(({ name }) => name === by.name)) {
      return fail({ code: "desk.second-person", bidId, signedBy: signatures.map(({ name }) => name) });
    }
    if (author.type === "algorithm") {
      if (books.kill.state() !== null) return fail({ code: "desk.killed", bidId });
      const gate = this.#gateNow(waiting.value);
      if (gate === "off" || gate === "manual") return fail({ code: "desk.gate-shut", bidId, gate });
    }
    const signed = books.bids.change(bidId, "built", { signatures: [...signatures, by], by: by.name, why });
    books.logGate(signed, "approved", by.name, why);
    books.tell(signed);
    if (!isSigned(review, signed.signatures)) return ok(signed);
    const released = submissions.release(signed, by.name);
    // What was approved no longer fits: while there is time the algorithm makes another, which waits in its turn.
    if (released.state === "refused" && author.type === "algorithm" && books.isOpen(bid.interval, product)) {
      const entry = books.unit(bid.unitId);
      if (entry !== undefined) decideAgain(entry, bid.interval, product);
    }
    this.#decideLater(released);
    return ok(books.bids.get(released.bidId) ?? released);
  }

  reject(bidId: string, by: Person, why: string): Result<BidRecord, CodedError> {
    const waiting = this.#waiting(bidId, by, why);
    if (!waiting.ok) return waiting;
    const { books } = this.#ports;
    books.logGate(waiting.value, "rejected", by.name, why);
    const refusals = [{ rule: "desk.rejected", where: "approval", message: `${by.name}: ${why}` }];
    const rejected = books.bids.change(bidId, "refused", { refusals, by: by.name, why });
    books.tell(rejected);
    return ok(rejected);
  }

  /**
   * A person's own bid takes the place of the algorithm's, whether that waits, is under way or stands already. Beyond
   * the band it waits for a second person first.
   */
  bid({ unitId, interval: wanted, curves, reserves, why }: PersonsBid, by: Person): Result<BidRecord, CodedError> {
    const allowed = permit(by, "trader", why);
    if (!allowed.ok) return allowed;
    const { books, drafting, submissions } = this.#ports;
    const entry = books.unit(unitId);
    if (entry === undefined) return fail({ code: "desk.unknown-unit", unitId });
    const product = reserves === undefined ? energyProduct : reserveProduct;
    if (reserves !== undefined && entry.reserves === undefined) return fail({ code: "desk.unknown-product", product });
    const interval =
      wanted === "next" ? this.#nextOpen(product) : biddableAt(books.ports.market, wanted.startMs, product);
    if (!books.isOpen(interval, product)) return fail({ code: "desk.gate-closed", unitId });
    const subjects = [unitId, ...curves.map(({ siteId }) => siteId)];
    const gate = mostShut(subjects.map((subject) => books.gates.mode(subject, product)));
    if (gate === "off") return fail({ code: "desk.gate-shut", unitId, gate });
    const { attested, leftOut } = drafting.attest(entry, interval, product);
    const unknown = curves.find(({ siteId }) => !attested.some(({ capability }) => capability.siteId === siteId));
    if (unknown !== undefined) {
      const error = leftOut.find(({ siteId }) => siteId === unknown.siteId);
      return fail(error ?? { code: "desk.foreign-site", unitId, siteId: unknown.siteId });
    }
    const because = `bid of ${by.name}: ${why}`;
    const author = { type: "person", name: by.name } as const;
    const about = { entry, interval, author, gate, signatures: [by] };
    const offer: Offer = { kind: "offer", because, sites: attested, offers: curves, leftOut };
    const made =
      reserves === undefined
        ? drafting.make({ ...about, offer, forecast: drafting.forecast(interval) })
        : drafting.makeReserves({ ...about, kind: "offer", because, wishes: reserves, sites: attested, leftOut });
    if (!made.ok || made.value.state !== "built") return made;
    const isFree = isSigned(made.value.review, [by]);
    books.logGate(made.value, isFree ? "approved" : "held", by.name, why);
    if (!isFree) return ok(made.value);
    const released = submissions.release(made.value, by.name);
    this.#decideLater(released);
    return ok(released);
  }

  /** Stops the algorithm at once: what waits is void, what can still be taken back is withdrawn, leases come to rest. */
  kill(by: Person, why = "no reason given"): Result<DeskAct, CodedError> {
    const allowed = permit(by, "trader", why);
    if (!allowed.ok) return allowed;
    const { books } = this.#ports;
    if (books.kill.state() !== null) return ok(books.kill.pull(by, why));
    const act = books.kill.pull(by, why);
    const open = books.bids
      .from(books.ports.marketClock.nowMs())
      .filter(({ author, bid, product }) => author.type === "algorithm" && books.isOpen(bid.interval, product));
    for (const { bidId, state } of open) {
      if (state === "built") books.tell(books.bids.change(bidId, "void", { by: by.name, why }));
    }
    for (const record of open) if (this.#isLastWord(record)) this.#withdraw(record, by, why);
    books.ports.onEvent({ type: "killed" });
    return ok(act);
  }

  /** Lets the algorithm bid again. Another person than who pulled the switch, and an approver. */
  clearKill(by: Person, why: string): Result<DeskAct, CodedError> {
    const allowed = permit(by, "approver", why);
    return allowed.ok ? this.#ports.books.kill.clear(by, why) : allowed;
  }

  /** Vouches for the settings a site tells now, so that it is bid again. */
  attest(siteId: string, expectedHash: string | undefined, by: Person, why: string): Result<DeskAct, CodedError> {
    const allowed = permit(by, "approver", why);
    if (!allowed.ok) return allowed;
    const { books } = this.#ports;
    const entry = books.ports.config.sites.find((site) => site.siteId === siteId);
    if (entry === undefined) return fail({ code: "desk.unknown-site", siteId });
    return books.capabilities.attest(entry, books.ports.readings(siteId).capabilityHash, expectedHash, by, why);
  }

  #waiting(bidId: string, by: Person, why: string): Result<BidRecord, CodedError> {
    const allowed = permit(by, "trader", why);
    if (!allowed.ok) return allowed;
    const record = this.#ports.books.bids.get(bidId);
    if (record === undefined) return fail({ code: "desk.unknown-bid", bidId });
    if (record.state !== "built") return fail({ code: "desk.not-waiting", bidId, state: record.state });
    if (!this.#ports.books.isOpen(record.bid.interval, record.product))
      return fail({ code: "desk.gate-closed", bidId });
    return ok(record);
  }

  /**
   * Where intervals are bid ahead, what the algorithm bid for the later ones rests on what stood for this one before: a
   * person's energy bid has it decide them anew, in their order.
   */
  #decideLater({ author, bid, product, state }: BidRecord): void {
    const { books, decideAgain } = this.#ports;
    const { unitId, interval } = bid;
    const entry = books.unit(unitId);
    const isPersons = author.type === "person" && product === energyProduct && isReleased({ state });
    if (!isPersons || entry === undefined || !isBidAhead(books.ports.market, interval)) return;
    const later = new Map<number, Interval>();
    for (const other of books.bids.from(interval.endMs)) {
      const isAlgorithms = other.bid.unitId === unitId && other.author.type === "algorithm" && isReleased(other);
      if (isAlgorithms && other.product === product && books.isOpen(other.bid.interval, product))
        later.set(other.bid.interval.startMs, other.bid.interval);
    }
    for (const each of later.values()) {
      const last = books.bids.of(unitId, each, product).findLast(isReleased);
      if (last?.author.type === "algorithm") decideAgain(entry, each, product);
    }
  }

  #gateNow(record: BidRecord) {
    const subjects = [record.bid.unitId, ...siteIdsOf(record)];
    return mostShut(subjects.map((subject) => this.#ports.books.gates.mode(subject, record.product)));
  }

  #isLastWord(record: BidRecord): boolean {
    const { unitId, interval } = record.bid;
    return this.#ports.books.bids.of(unitId, interval, record.product).findLast(isReleased)?.bidId === record.bidId;
  }

  #withdraw({ bid, gate, product, reserveBasis }: BidRecord, by: Person, why: string): void {
    const { books, drafting, submissions } = this.#ports;
    const { unitId, interval } = bid;
    const entry = books.unit(unitId);
    if (entry === undefined || !books.isOpen(interval, product)) return;
    const nothing = withdrawal([], { code: "desk.killed", by: by.name, why });
    const author = { type: "person", name: by.name } as const;
    const about = { entry, interval, author, gate, signatures: [by] };
    const made =
      reserveBasis === undefined
        ? drafting.make({ ...about, offer: nothing, forecast: drafting.forecast(interval) })
        : drafting.makeReserves({
            ...{ ...about, ...nothing },
            wishes: reserveBasis.wishes.map((wish) => ({ ...wish, volumeW: 0 as W })),
          });
    if (made.ok && made.value.state === "built") submissions.release(made.value, by.name);
    else books.alarm({ code: "desk.not-withdrawn", unitId }, interval, unitId);
  }

  #nextOpen(product: string): Interval {
    const { market, marketClock } = this.#ports.books.ports;
    let interval = biddableAt(market, marketClock.nowMs(), product);
    while (!this.#ports.books.isOpen(interval, product)) interval = biddableAt(market, interval.endMs, product);
    return interval;
  }
}

/** Who and why, before anything else. */
function permit(by: Person, needed: Role, why: string): Result<undefined, CodedError> {
  if (!isAtLeast(by, needed)) return fail({ code: "desk.not-permitted", name: by.name, role: by.role, needed });
  if (why.trim() === "") return fail({ code: "desk.no-reason" });
  return ok(undefined);
}

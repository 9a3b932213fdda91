import { type CodedError, fail, invariant, type Result } from "@penstock/protocol/result";
import { type Interval, nextInterval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { ReserveAuction } from "../../markets/reserve-market.ts";
import type { DeskBooks } from "../desk-books.ts";
import { reserveProduct } from "../gate-book.ts";
import type { ReserveResults } from "../market-operator.ts";

export interface AheadCalendarPorts {
  readonly books: DeskBooks;
  readonly auction: ReserveAuction;
  readonly at: (marketMs: UtcMs, action: () => void) => void;
  /** Has reserves of a block decided: of units that wait for a person, or of all. */
  readonly decide: (block: Interval, whom: "awaiting" | "all") => void;
  readonly closeGate: (block: Interval) => void;
}

/**
 * The calendar of reserves that are sold ahead of energy, block by block: decide, let the gate close, ask what was sold.
 * What was sold is a commitment that energy is then bid around.
 */
export class AheadCalendar {
  readonly #ports: AheadCalendarPorts;

  constructor(ports: AheadCalendarPorts) {
    this.#ports = ports;
  }

  /** Goes on where the journal ends: what was sold and never heard of is asked for. */
  start(): void {
    const { books, auction } = this.#ports;
    const nowMs = books.ports.marketClock.nowMs();
    let block = auction.blockOf(nowMs);
    books.commitments.restore({ startMs: block.startMs, endMs: (nowMs + RESTORED_AHEAD_MS) as UtcMs });
    for (; !books.isOpen(block, reserveProduct); block = this.#after(block)) {
      if (!books.commitments.isKnown(block)) this.#fetchAt(block);
    }
    this.#keep(block);
  }

  #keep(block: Interval): void {
    const { auction, at, decide, closeGate, books } = this.#ports;
    const { decideBeforeGateMs, decideBeforeApprovalMs } = books.ports.config.desk;
    const gateMs = auction.gateClosureMs(block);
    at((gateMs - decideBeforeApprovalMs) as UtcMs, () => decide(block, "awaiting"));
    at((gateMs - decideBeforeGateMs) as UtcMs, () => decide(block, "all"));
    at((gateMs + 1) as UtcMs, () => closeGate(block));
    this.#fetchAt(block);
    const following = this.#after(block);
    const leadMs = Math.max(decideBeforeGateMs, decideBeforeApprovalMs);
    at((auction.gateClosureMs(following) - leadMs) as UtcMs, () => this.#keep(following));
  }

  #fetchAt(block: Interval): void {
    const { auction, at, books } = this.#ports;
    const { operator, marketClock, market } = books.ports;
    const ask = (): void => {
      invariant(operator.reserveResults !== undefined, `an operator of ${market.id} tells what reserves it bought`);
      operator.reserveResults(block, (answer) => {
        const againMs = (marketClock.nowMs() + ASK_EVERY_MS) as UtcMs;
        if (answer.ok || answer.error.code !== "operator.not-cleared") this.#sold(block, answer);
        else if (againMs < block.endMs) at(againMs, ask);
        else this.#sold(block, fail({ code: "desk.reserve-results-missing", blockStartMs: block.startMs }));
      });
    };
    at(auction.resultsMs(block), ask);
  }

  #sold(block: Interval, answer: Result<ReserveResults, CodedError>): void {
    const { books } = this.#ports;
    if (!answer.ok) {
      books.alarm(answer.error, block);
      return;
    }
    books.commitments.take(block, answer.value.awards, (unitId) => books.bids.standing(unitId, block, reserveProduct));
    for (const { unit } of books.ports.config.units) {
      const record = books.bids.standing(unit.id, block, reserveProduct);
      if (record?.state === "accepted") books.tell(books.bids.change(record.bidId, "cleared"));
    }
  }

  #after(block: Interval): Interval {
    return this.#ports.auction.blockOf(nextInterval(block).startMs);
  }
}

const ASK_EVERY_MS = 30_000;
/** Further ahead no block has been sold. */
const RESTORED_AHEAD_MS = 3 * 24 * 3_600_000;

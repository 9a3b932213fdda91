import type { Interval } from "@penstock/protocol/time";
import type { UnitEntry } from "../config/cloud-config.ts";
import type { BidRecord } from "./bid-record.ts";
import type { DeskBooks } from "./desk-books.ts";

/**
 * Units the algorithm has not decided for yet, of an interval or block whose gate is open. People need longer than
 * machines: what waits for them (`awaiting`) is decided first, the rest as late as is safe.
 */
export function undecidedUnits(
  books: DeskBooks,
  interval: Interval,
  product: string,
  whom: "awaiting" | "all",
): readonly UnitEntry[] {
  const { bids, gates, ports } = books;
  if (!books.isOpen(interval, product)) return [];
  return ports.config.units.filter(({ unit }) => {
    const isAwaiting = [unit.id, ...unit.siteIds].some((subject) => gates.mode(subject, product) === "approve");
    if (whom === "awaiting" && !isAwaiting) return false;
    return !bids.of(unit.id, interval, product).some(({ author }) => author.type === "algorithm");
  });
}

/** What nobody let out before its gate closed is told, and over. */
export function lapseWaiting(books: DeskBooks, interval: Interval, products: readonly string[]): void {
  for (const { bidId, state, bid, product } of books.bids.from(interval.startMs)) {
    if (state !== "built" || bid.interval.startMs !== interval.startMs || !products.includes(product)) continue;
    books.tell(books.bids.change(bidId, "lapsed"));
    books.alarm({ code: "desk.approval-expired", bidId }, interval, bid.unitId);
  }
}

/** A bid that was ready only when its gate had closed, on a machine that was busy with something else: it stays here. */
export function lapseLate(books: DeskBooks, { bidId, bid: { interval, unitId } }: BidRecord): BidRecord {
  const lapsed = books.bids.change(bidId, "lapsed");
  books.tell(lapsed);
  books.alarm({ code: "desk.too-late", bidId }, interval, unitId);
  return lapsed;
}

/** Nothing but the hour is wrong with it: it was decided when its gate had closed. */
export const isOnlyLate = ({ state, refusals }: Pick<BidRecord, "state" | "refusals">): boolean =>
  state === "refused" && refusals.length > 0 && refusals.every(({ rule }) => rule.endsWith(".gate-closed"));

import { invariant } from "@penstock/protocol/result";
import { type Interval, intervalAt } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { BidStep, Market } from "../markets/market.ts";
import type { AheadReserveMarket, ReserveMarket } from "../markets/reserve-market.ts";
import type { BidRecord } from "./bid-record.ts";
import { reserveProduct } from "./gate-book.ts";

type OfProduct = Pick<BidRecord, "bid" | "product">;

/** The operator's file of one bid, whatever it sells. */
export const bidFileOf = (market: Market, { bid, product }: OfProduct): string =>
  product === reserveProduct ? reservesOf(market).encode([bid]) : market.encodeBids([bid]);

/** Its steps for people to look at. */
export const stepsOf = (market: Market, { bid, product }: OfProduct): readonly BidStep[] =>
  product === reserveProduct ? reservesOf(market).stackOf(bid) : market.stackOf(bid);

/** Until when a bid of a product for an interval or a block may be sent. */
export const gateClosureOf = ({ reserves, gateClosureMs }: Market, interval: Interval, product: string): UtcMs =>
  product === reserveProduct && reserves?.ahead !== undefined
    ? reserves.ahead.gateClosureMs(interval)
    : gateClosureMs(interval);

/** Whether energy of an interval is bid so early that what is bid for those before it decides what it can deliver. */
export const isBidAhead = ({ gateClosureMs }: Market, interval: Interval): boolean =>
  interval.startMs - gateClosureMs(interval) >= AHEAD_MS;

/** A gate this long before its interval is a day-ahead auction's or an hour-ahead market's. */
const AHEAD_MS = 60 * 60_000;

/** What a bid of a product that is to count at an instant is a bid of: an interval, or a block of hours. */
export const biddableAt = ({ reserves, intervalMs }: Market, instantMs: UtcMs, product: string): Interval =>
  product === reserveProduct && reserves?.ahead !== undefined
    ? reserves.ahead.blockOf(instantMs)
    : intervalAt(instantMs, intervalMs);

/** Of a market the desk sells reserves in: a unit registered for reserves elsewhere is refused when the process starts. */
export function reservesOf({ id, reserves }: Market): ReserveMarket | AheadReserveMarket {
  invariant(reserves !== undefined, `${id} takes no reserves from the desk`);
  return reserves;
}

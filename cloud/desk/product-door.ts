import { invariant } from "@penstock/protocol/result";
import type { BidStep, Market } from "../markets/market.ts";
import type { ReserveMarket } from "../markets/reserve-market.ts";
import type { BidRecord } from "./bid-record.ts";
import { reserveProduct } from "./gate-book.ts";

type OfProduct = Pick<BidRecord, "bid" | "product">;

/** The operator's file of one bid, whatever it sells. */
export const bidFileOf = (market: Market, { bid, product }: OfProduct): string =>
  product === reserveProduct ? reservesOf(market).encode([bid]) : market.encodeBids([bid]);

/** Its steps for people to look at. */
export const stepsOf = (market: Market, { bid, product }: OfProduct): readonly BidStep[] =>
  product === reserveProduct ? reservesOf(market).stackOf(bid) : market.stackOf(bid);

/** Of a market the desk sells reserves in: a unit registered for reserves elsewhere is refused when the process starts. */
export function reservesOf({ id, reserves }: Market): ReserveMarket {
  invariant(reserves !== undefined, `${id} takes no reserves from the desk`);
  return reserves;
}

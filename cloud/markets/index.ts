import { invariant } from "@penstock/protocol/result";
import { caiso } from "./caiso/index.ts";
import { ercot } from "./ercot/index.ts";
import { gb } from "./gb/index.ts";
import type { Market } from "./market.ts";
import { nem } from "./nem/index.ts";
import { sdac } from "./sdac/index.ts";

/** The shelf: every market, by its id. */
export const markets: Readonly<Record<string, Market>> = {
  nem,
  ercot,
  caiso,
  gb,
  "sdac-de": sdac,
};

/** A market that a checked configuration names. */
export function marketOf(id: string): Market {
  const market = markets[id];
  invariant(market !== undefined, `no market is named ${id}`);
  return market;
}

export * from "./market.ts";
export * from "./nem/index.ts";
export * from "./reserve-market.ts";

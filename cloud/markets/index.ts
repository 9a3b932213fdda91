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

export * from "./market.ts";
export * from "./nem/index.ts";
export * from "./reserve-market.ts";

import { ercot } from "./ercot/index.ts";
import type { Market } from "./market.ts";
import { nem } from "./nem/index.ts";

/** The shelf: every market, by its id. */
export const markets: Readonly<Record<string, Market>> = { nem, ercot };

export * from "./market.ts";
export * from "./nem/index.ts";

import { ok } from "@penstock/protocol/result";
import { Ms, minutes } from "@penstock/protocol/units";
import type { Market } from "../markets/market.ts";
import { nemPriceFile } from "./nem-price-file.ts";
import type { PriceFileFormat } from "./price-file-format.ts";

/** Readers of operators' files by the market they are about; one of the same name where none is said. */
const READERS: Readonly<Record<string, string>> = { gb: "elexon", "sdac-de": "entsoe" };

/**
 * How a market's recorded prices are read: the NEM's as its operator writes them; every other's as its operator's own
 * files, or as the plain table `fleetctl prices read --out` makes of them (UTC, interval start).
 */
export function marketPriceFile({ id, currency, intervalMs }: Market): PriceFileFormat {
  if (id === nemPriceFile.name) return nemPriceFile;
  return {
    name: READERS[id] ?? id,
    currency,
    timeColumns: ["interval_start_utc"],
    priceColumns: ["price"],
    regionColumns: ["series"],
    utcOffsetMs: 0,
    stamps: "interval-start",
    intervalLengthsMs: [...new Set([intervalMs, minutes(15), minutes(30), minutes(60)])].filter(
      (lengthMs) => lengthMs % intervalMs === 0,
    ),
    knownAfterStartMs: Ms(0),
    regions: [],
    limitsAt: () => ok(NOT_A_PRICE_BEYOND),
  };
}

/** Congestion and imbalance carry prices past what a bid may name, so a bid's caps are no measure: only slips are caught. */
const NOT_A_PRICE_BEYOND = { floor: -100_000, cap: 100_000 };

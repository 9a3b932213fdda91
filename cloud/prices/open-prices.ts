import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { zoneOffsetMs } from "@penstock/protocol/time";
import { days, Ms, UtcMs } from "@penstock/protocol/units";
import type { Market, MarketUnit } from "../markets/market.ts";
import { generatePrices } from "./generate-prices.ts";
import { marketPriceFile } from "./market-price-file.ts";
import type { PriceFileError } from "./parse-price-text.ts";
import type { PriceSeries } from "./price-series.ts";
import { readPriceFile } from "./read-price-file.ts";

export type PriceSource =
  | { readonly file: string; readonly region?: string | undefined }
  | { readonly seed: number; readonly days: number; readonly from: string };

/** Forecasters learn from this much before the first day. */
export const GENERATED_HISTORY_MS = days(14);

/** The price series a process runs on: read from a file and nothing else, or generated and labelled as such. */
export function openPrices(
  source: PriceSource,
  market: Market,
  region: string,
): Result<PriceSeries, PriceFileError | CodedError> {
  if ("file" in source) {
    const format = marketPriceFile(market);
    return readPriceFile(source.file, source.region === undefined ? { format } : { format, region: source.region });
  }
  const { currency, intervalMs } = market;
  const startMs = UtcMs(Date.parse(source.from) - GENERATED_HISTORY_MS);
  const limits = market.constantsAt(startMs, atTheNode(region));
  if (!limits.ok) return limits;
  return ok(
    generatePrices({
      rng: new Rng(source.seed).fork("prices"),
      region,
      currency,
      startMs,
      intervalMs,
      count: Math.ceil((GENERATED_HISTORY_MS + days(source.days)) / intervalMs),
      knownAfterStartMs: Ms(0),
      floor: limits.value.priceFloor,
      cap: limits.value.priceCap,
      utcOffsetMs: zoneOffsetMs(market.rulebook.zone, startMs),
    }),
  );
}

/** A unit that loses nothing on the way: prices of a region are its reference node's. */
const atTheNode = (region: string): MarketUnit => ({
  id: region,
  region,
  siteIds: [],
  maxCapacityMW: 0,
  minLoadMW: 0,
  lossFactor: 1,
  rampMWPerMin: 0,
  storageMWh: 0,
});

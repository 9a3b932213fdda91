import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { days, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { NEM_OFFSET_MS, nemRulesAt } from "../markets/nem/rules.ts";
import { generatePrices } from "./generate-prices.ts";
import type { PriceFileError } from "./parse-price-text.ts";
import type { PriceSeries } from "./price-series.ts";
import { readPriceFile } from "./read-price-file.ts";

export type PriceSource =
  | { readonly file: string; readonly region?: string | undefined }
  | { readonly seed: number; readonly days: number; readonly from: string };

/** Forecasters learn from this much before the first day. */
export const GENERATED_HISTORY_MS = days(14);

/** The price series a process runs on: read from a file and nothing else, or generated and labelled as such. */
export function openPrices(source: PriceSource, region: string): Result<PriceSeries, PriceFileError | CodedError> {
  if ("file" in source) return readPriceFile(source.file, source.region === undefined ? {} : { region: source.region });
  const startMs = UtcMs(Date.parse(source.from) - GENERATED_HISTORY_MS);
  const rules = nemRulesAt(startMs);
  if (!rules.ok) return rules;
  return ok(
    generatePrices({
      rng: new Rng(source.seed).fork("prices"),
      region,
      currency: "AUD",
      startMs,
      intervalMs: minutes(5),
      count: Math.ceil((GENERATED_HISTORY_MS + days(source.days)) / minutes(5)),
      knownAfterStartMs: Ms(0),
      floor: rules.value.marketPriceFloor,
      cap: rules.value.marketPriceCap,
      utcOffsetMs: NEM_OFFSET_MS,
    }),
  );
}

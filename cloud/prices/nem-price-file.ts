import { ok } from "@penstock/protocol/result";
import { Ms, minutes } from "@penstock/protocol/units";
import { NEM_OFFSET_MS, nemRulesAt } from "../markets/nem/rules.ts";
import type { PriceFileFormat } from "./price-file-format.ts";

/** The operator's price files: NEM time all year, interval ENDING, price known from the dispatch run at its start. */
export const nemPriceFile: PriceFileFormat = {
  name: "nem",
  currency: "AUD",
  timeColumns: ["SETTLEMENTDATE"],
  priceColumns: ["RRP"],
  regionColumns: ["REGIONID", "REGION"],
  utcOffsetMs: NEM_OFFSET_MS,
  stamps: "interval-end",
  intervalLengthsMs: [minutes(5), minutes(30)],
  knownAfterStartMs: Ms(0),
  regions: ["NSW1", "QLD1", "SA1", "TAS1", "VIC1"],
  limitsAt(startMs) {
    const rules = nemRulesAt(startMs);
    if (!rules.ok) return rules;
    return ok({ floor: rules.value.marketPriceFloor, cap: rules.value.marketPriceCap });
  },
};

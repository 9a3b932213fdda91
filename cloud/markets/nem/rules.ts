import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, ok } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";

/** What the NEM's rules say in numbers, from one date on. Prices in AUD/MWh at the regional reference node. */
export interface NemRules {
  /** First instant of validity: the start of a trading day, 04:00 NEM time. */
  readonly fromMs: UtcMs;
  readonly marketPriceCap: number;
  readonly marketPriceFloor: number;
}

export const NEM_OFFSET_MS = 10 * 3_600_000;
export const DISPATCH_INTERVAL_MS = 300_000;
export const BANDS = 10;
export const PRICE_TICK = 0.01;
export const REBID_REASON_LENGTH_MAX = 500;
/** Bids for a trading day are due at 12:30 of the day before, 15.5 h before it starts at 04:00. */
export const BAND_PRICE_GATE_BEFORE_DAY_MS = 15.5 * 3_600_000;
/** unverified: dispatch takes the last valid bid "a few tens of seconds" before the interval; there is no fixed gate. */
export const GATE_BEFORE_INTERVAL_MS = 30_000;

/**
 * Market price caps by financial year.
 * Sources: 13,800 to 15,000 (2015-16 to 2020-21), 17,500 (2024-25) and 20,300 (2025-26) as published;
 * 15,100, 15,500 and 16,600 unverified (inferred from the highest recorded prices);
 * 2026-27 unverified: the figure was not at hand, so the cap of 2025-26 stays in force here. Caps have only
 * ever risen, so this may refuse a price but cannot let through one above the true cap.
 */
export const NEM_RULES: readonly NemRules[] = [
  rules("2015-07-01", 13_800),
  rules("2016-07-01", 14_000),
  rules("2017-07-01", 14_200),
  rules("2018-07-01", 14_500),
  rules("2019-07-01", 14_700),
  rules("2020-07-01", 15_000),
  rules("2021-07-01", 15_100),
  rules("2022-07-01", 15_500),
  rules("2023-07-01", 16_600),
  rules("2024-07-01", 17_500),
  rules("2025-07-01", 20_300),
];

/** The rules in force at an instant; refused before the first date on record. */
export function nemRulesAt(instantMs: UtcMs): Result<NemRules, NoRules> {
  const inForce = NEM_RULES.findLast((each) => each.fromMs <= instantMs);
  return inForce === undefined ? fail({ code: "nem.no-rules", instantMs }) : ok(inForce);
}

export interface NoRules extends CodedError {
  readonly code: "nem.no-rules";
  readonly instantMs: UtcMs;
}

function rules(date: string, marketPriceCap: number): NemRules {
  return {
    fromMs: (Date.parse(`${date}T04:00:00Z`) - NEM_OFFSET_MS) as UtcMs,
    marketPriceCap,
    marketPriceFloor: -1_000,
  };
}

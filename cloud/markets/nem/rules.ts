import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, ok } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { believed, read } from "../rule-versions.ts";
import { type DatedRule, type Rulebook, ruleAt } from "../rulebook.ts";

/** What the NEM's price rules say in numbers at one instant. Prices in AUD/MWh at the regional reference node. */
export interface NemRules {
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

/** NEM time is UTC+10 all year, as Brisbane keeps it. */
const calendar = { zone: "Australia/Brisbane", dayStartsAt: "04:00" };

const AEMC = "AEMC schedule of reliability settings, as published for the financial year";
const INFERRED = "inferred from the highest recorded prices of the year";

/**
 * The cap of 2026-27 was not at hand: the one of 2025-26 stays in force here until its line is added. Caps have only
 * ever risen, so this may refuse a price but cannot let through one above the true cap.
 */
export const marketPriceCap: DatedRule<number> = {
  name: "market-price-cap",
  unit: "AUD/MWh",
  meaning: "highest price at a regional reference node",
  versions: [
    read("2015-07-01", 13_800, AEMC),
    read("2016-07-01", 14_000, AEMC),
    read("2017-07-01", 14_200, AEMC),
    read("2018-07-01", 14_500, AEMC),
    read("2019-07-01", 14_700, AEMC),
    read("2020-07-01", 15_000, AEMC),
    believed("2021-07-01", 15_100, INFERRED),
    believed("2022-07-01", 15_500, INFERRED),
    believed("2023-07-01", 16_600, INFERRED),
    read("2024-07-01", 17_500, AEMC),
    read("2025-07-01", 20_300, AEMC),
  ],
};

export const marketPriceFloor: DatedRule<number> = {
  name: "market-price-floor",
  unit: "AUD/MWh",
  meaning: "lowest price at a regional reference node",
  versions: [read("2015-07-01", -1_000, AEMC)],
};

export const cumulativePriceThreshold: DatedRule<number> = {
  name: "cumulative-price-threshold",
  unit: "AUD/MWh",
  meaning: "sum of prices over seven days (2,016 intervals) from which administered prices apply",
  versions: [read("2025-07-01", 1_823_600, AEMC)],
};

export const administeredPrice: DatedRule<number> = {
  name: "administered-price",
  unit: "AUD/MWh",
  meaning: "cap, and as a negative number floor, while prices are administered",
  versions: [believed("2022-12-01", 600, "AEMC, administered price cap rule change")],
};

/** Settlement was on the mean of six dispatch intervals before. */
export const settlementMinutes: DatedRule<number> = {
  name: "settlement-interval",
  unit: "min",
  meaning: "length of a settled interval",
  versions: [
    read("2015-07-01", 30, "National Electricity Rules before five-minute settlement"),
    read("2021-10-01", 5, "AEMC five-minute settlement rule"),
  ],
};

export const bidirectionalUnits: DatedRule<boolean> = {
  name: "bidirectional-units",
  unit: "",
  meaning: "one unit with GEN and LOAD bids stands for a battery",
  versions: [
    read("2015-07-01", false, "two units, a generator and a load, before"),
    read("2024-06-03", true, "AEMO technical specification, June 2024"),
  ],
};

export const veryFastServices: DatedRule<boolean> = {
  name: "very-fast-fcas",
  unit: "",
  meaning: "RAISE1SEC and LOWER1SEC are traded",
  versions: [
    read("2015-07-01", false, "eight services before"),
    believed(
      "2023-10-09",
      true,
      "AEMO market data has its first prices in October 2023; the day of the month is believed",
    ),
  ],
};

export const nemRulebook: Rulebook = {
  marketId: "nem",
  ...calendar,
  rules: [
    marketPriceCap,
    marketPriceFloor,
    cumulativePriceThreshold,
    administeredPrice,
    settlementMinutes,
    bidirectionalUnits,
    veryFastServices,
  ],
};

/** The price limits in force at an instant; refused before the first date on record. */
export function nemRulesAt(instantMs: UtcMs): Result<NemRules, NoRules> {
  const cap = ruleAt(calendar, marketPriceCap, instantMs);
  const floor = ruleAt(calendar, marketPriceFloor, instantMs);
  if (!cap.ok || !floor.ok) return fail({ code: "nem.no-rules", instantMs });
  return ok({ marketPriceCap: cap.value, marketPriceFloor: floor.value });
}

export interface NoRules extends CodedError {
  readonly code: "nem.no-rules";
  readonly instantMs: UtcMs;
}

import { believed, read } from "../rule-versions.ts";
import type { DatedRule, Rulebook } from "../rulebook.ts";

export const DE_ZONE = "Europe/Berlin";
export const QUARTER_HOUR_MS = 15 * 60_000;
export const SLICE_MS = 4 * 3_600_000;
/** unverified: results of the FCR tender are out an hour after its gate, before the coupled auction's. */
export const FCR_RESULTS_AFTER_MS = 3_600_000;
export const CURVE_POINTS_MAX = 256;
export const VOLUME_TICK_MW = 0.1;

export const marketTimeUnit: DatedRule<number> = {
  name: "market-time-unit",
  unit: "min",
  meaning: "length of a day-ahead interval in the coupled auction",
  versions: [
    believed("2014-02-04", 60, "coupled auction before quarter hours"),
    read("2025-10-01", 15, "nominated market operators: 15-minute products from delivery 1 October 2025"),
  ],
};

export const dayAheadCap: DatedRule<number> = {
  name: "day-ahead-cap",
  unit: "EUR/MWh",
  meaning: "harmonised highest price (raised by rule after days near it)",
  versions: [believed("2022-05-10", 4_000, "harmonised clearing price limits")],
};

export const dayAheadFloor: DatedRule<number> = {
  name: "day-ahead-floor",
  unit: "EUR/MWh",
  meaning: "harmonised lowest price",
  versions: [believed("2014-02-04", -500, "harmonised clearing price limits")],
};

export const intradayLimit: DatedRule<number> = {
  name: "intraday-price-limit",
  unit: "EUR/MWh",
  meaning: "largest price of the intraday auctions and of continuous trading, either way",
  versions: [believed("2018-06-12", 9_999, "harmonised clearing price limits, intraday")],
};

export const energyBidLimit: DatedRule<number> = {
  name: "balancing-energy-limit",
  unit: "EUR/MWh",
  meaning: "largest price of a balancing-energy bid, either way",
  versions: [believed("2022-07-01", 15_000, "European balancing platforms")],
};

export const responseMinutes: DatedRule<number> = {
  name: "fcr-energy",
  unit: "min",
  meaning: "full activation each way that the working band of an energy-limited unit must carry",
  versions: [believed("2019-01-01", 15, "conditions for energy-limited FCR units")],
};

export const sdacRulebook: Rulebook = {
  marketId: "sdac-de",
  zone: DE_ZONE,
  dayStartsAt: "00:00",
  rules: [marketTimeUnit, dayAheadCap, dayAheadFloor, intradayLimit, energyBidLimit, responseMinutes],
};

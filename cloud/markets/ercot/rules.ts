import { believed, read } from "../rule-versions.ts";
import type { DatedRule, Rulebook } from "../rulebook.ts";

export const ERCOT_ZONE = "America/Chicago";
export const SETTLEMENT_INTERVAL_MS = 15 * 60_000;
export const CURVE_POINTS_MAX = 10;
export const RESERVE_BLOCKS_MAX = 5;
export const PRICE_TICK = 0.01;
export const VOLUME_TICK_MW = 0.1;
/** Letters, digits, `_` and `-`, 2 to 12, no `_` or `-` at either end (EWS schema, simple type BidId). */
export const BID_ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,10}[a-zA-Z0-9]$/;
/** unverified: real-time curves may be changed into the operating period (NPRR1058); the run takes the last valid one. */
export const GATE_BEFORE_INTERVAL_MS = 60_000;

/** Real-time co-optimisation with batteries as one resource. Before it a battery was two, and nothing here applies. */
export const RTC_B_FROM = "2025-12-05";

export const singleModel: DatedRule<boolean> = {
  name: "single-model-storage",
  unit: "",
  meaning:
    "one energy-storage resource from LSL to HSL stands for a battery, and reserves are awarded every five minutes",
  versions: [
    believed("2010-12-01", false, "nodal protocols before RTC+B: a generation and a load resource"),
    read(RTC_B_FROM, true, "RTC+B go-live; NPRR1014"),
  ],
};

/** The low cap that follows the peaker-net-margin trigger is an event, not a date: `marketUnit` data would carry it. */
export const systemWideOfferCap: DatedRule<number> = {
  name: "system-wide-offer-cap",
  unit: "USD/MWh",
  meaning: "highest price of an energy curve (falls to 2,000 after the peaker-net-margin or emergency trigger)",
  versions: [
    believed("2015-06-01", 9_000, "PUCT rule 25.505 before 2022"),
    believed("2022-01-01", 5_000, "PUCT order of December 2021"),
  ],
};

export const offerFloor: DatedRule<number> = {
  name: "offer-floor",
  unit: "USD/MWh",
  meaning: "lowest price of an energy curve",
  versions: [believed("2010-12-01", -250, "nodal protocols, section 4.4.9")],
};

export const onlineNonSpinFloor: DatedRule<number> = {
  name: "online-non-spin-floor",
  unit: "USD/MWh",
  meaning: "energy of online Non-Spin capacity is offered at or above this",
  versions: [read(RTC_B_FROM, 75, "NPRR1282 as summarised by market monitors")],
};

const duration = (name: string, meaning: string, minutes: number): DatedRule<number> => ({
  name,
  unit: "min",
  meaning,
  versions: [read(RTC_B_FROM, minutes, "NPRR1282 / NPRR1339")],
});

/** How long stored energy must carry each award. */
export const reserveDurations = {
  REGUP: duration("duration-reg-up", "stored energy behind Reg-Up", 30),
  REGDN: duration("duration-reg-down", "room to charge behind Reg-Down", 30),
  RRSPF: duration("duration-rrs", "stored energy behind RRS by primary frequency response", 30),
  RRSFF: duration("duration-rrs-ffr", "stored energy behind RRS by fast frequency response", 15),
  ECRS: duration("duration-ecrs", "stored energy behind ECRS", 60),
  ONNS: duration("duration-non-spin", "stored energy behind Non-Spin", 240),
} as const;
export type ReserveProduct = keyof typeof reserveDurations;
export const reserveProducts = Object.keys(reserveDurations) as readonly ReserveProduct[];

export const ercotRulebook: Rulebook = {
  marketId: "ercot",
  zone: ERCOT_ZONE,
  dayStartsAt: "00:00",
  rules: [singleModel, systemWideOfferCap, offerFloor, onlineNonSpinFloor, ...Object.values(reserveDurations)],
};

import { believed, read } from "../rule-versions.ts";
import type { DatedRule, Rulebook } from "../rulebook.ts";

export const GB_ZONE = "Europe/London";
export const SETTLEMENT_PERIOD_MS = 30 * 60_000;
/** The EFA day runs from 23:00 to 23:00 on the wall clock. */
export const EFA_DAY_STARTS_AT = "23:00";

export const auctionCap: DatedRule<number> = {
  name: "half-hour-auction-cap",
  unit: "GBP/MWh",
  meaning: "highest price of the half-hourly day-ahead auction",
  versions: [believed("2015-01-01", 3_000, "power-exchange trading documents, an old edition")],
};

export const auctionFloor: DatedRule<number> = {
  name: "half-hour-auction-floor",
  unit: "GBP/MWh",
  meaning: "lowest price of the half-hourly day-ahead auction",
  versions: [believed("2015-01-01", -500, "power-exchange trading documents, an old edition")],
};

export const auctionGate: DatedRule<string> = {
  name: "half-hour-auction-gate",
  unit: "",
  meaning: "orders for the half-hourly day-ahead auction are due on the day before",
  versions: [read("2015-01-01", "15:30", "power-exchange auction calendar")],
};

export const responseGate: DatedRule<string> = {
  name: "response-auction-gate",
  unit: "",
  meaning: "sell orders for the response auction are due on the day before",
  versions: [believed("2023-11-03", "14:00", "NESO response auction")],
};

/** unverified: results of the response auction are out half an hour after its gate, an hour before the half-hourly one. */
export const RESPONSE_RESULTS_AFTER_MS = 30 * 60_000;

export const balancingGate: DatedRule<number> = {
  name: "balancing-gate",
  unit: "min",
  meaning: "physical notifications and bid-offer data are due this long before a settlement period",
  versions: [believed("2002-07-02", 60, "BSC section Q, Grid Code BC1")],
};

export const balancingPriceLimit: DatedRule<number> = {
  name: "balancing-price-limit",
  unit: "GBP/MWh",
  meaning: "largest bid or offer price either way",
  versions: [believed("2015-11-05", 99_999, "BSC section Q")],
};

/** Sustained delivery of each response service; with it, the energy a unit must hold. Source: NESO service terms. */
export const sustainMinutes = { DC: 15, DM: 30, DR: 60 } as const;

const sustain = (service: keyof typeof sustainMinutes): DatedRule<number> => ({
  name: `sustain-${service.toLowerCase()}`,
  unit: "min",
  meaning: `full delivery of ${service} that the stored energy must carry`,
  versions: [read("2023-11-03", sustainMinutes[service], "NESO service terms")],
});

export const energyRecovery: DatedRule<number> = {
  name: "response-energy-recovery",
  unit: "share",
  meaning: "share of the contracted energy to be recovered within each settlement period",
  versions: [believed("2023-11-03", 0.2, "NESO service terms, state-of-energy rules")],
};

export const gbRulebook: Rulebook = {
  marketId: "gb",
  zone: GB_ZONE,
  dayStartsAt: "00:00",
  rules: [
    auctionCap,
    auctionFloor,
    auctionGate,
    responseGate,
    balancingGate,
    balancingPriceLimit,
    sustain("DC"),
    sustain("DM"),
    sustain("DR"),
    energyRecovery,
  ],
};

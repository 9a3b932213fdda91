import type { Ms } from "@penstock/protocol/units";
import { curveMarket } from "../curve-market.ts";
import { curveFile } from "../offer-file.ts";
import { believed } from "../rule-versions.ts";
import type { DatedRule, Rulebook } from "../rulebook.ts";
import { realTimeGateMs } from "./calendar.ts";
import { caisoReserve } from "./reserve-offer.ts";
import { CAISO_ZONE } from "./rules.ts";
import { stateOfCharge } from "./state-of-charge.ts";

const BPM = "CAISO BPM for Market Instruments / SIBR rules";

const bidCap: DatedRule<number> = {
  name: "energy-bid-cap",
  unit: "USD/MWh",
  meaning:
    "highest price of an energy bid of storage (soft cap 1,000 where the opportunity-cost conditions do not hold)",
  versions: [
    believed("2019-01-01", 1_000, BPM),
    // The day in 2024 from which storage may bid to the hard cap was not at hand.
    believed("2024-08-01", 2_000, "CAISO change of 2024 for storage and hydro, as reported; the date is believed"),
  ],
};

const bidFloor: DatedRule<number> = {
  name: "energy-bid-floor",
  unit: "USD/MWh",
  meaning: "lowest price of an energy bid",
  versions: [believed("2014-05-01", -150, BPM)],
};

const realTimeGate: DatedRule<number> = {
  name: "real-time-gate",
  unit: "min",
  meaning: "bids for the real-time market are due this long before the trading hour",
  versions: [believed("2014-05-01", 75, BPM)],
};

const dayAheadGate: DatedRule<string> = {
  name: "day-ahead-gate",
  unit: "",
  meaning: "day-ahead bids are due on the day before, Pacific time",
  versions: [believed("2014-05-01", "10:00", BPM)],
};

const initialState: DatedRule<boolean> = {
  name: "day-ahead-initial-soc",
  unit: "",
  meaning: "a daily bid component states what is stored at the start of the day",
  versions: [believed("2016-11-01", true, "ESDER phase 1; the date is believed")],
};

export const caisoRulebook: Rulebook = {
  marketId: "caiso",
  zone: CAISO_ZONE,
  dayStartsAt: "00:00",
  rules: [bidCap, bidFloor, realTimeGate, dayAheadGate, initialState],
};

/**
 * California's real-time market for a non-generator resource: one curve a trading hour, up to eleven breakpoints from
 * full charge to full discharge, settled every five minutes at its node. Nearly all of this market's rules are general
 * knowledge here and marked so; the multi-interval optimisation that makes binding prices differ from bids is not
 * simulated, so a backtest in it is of a price taker dispatched interval by interval.
 */
export const caiso = curveMarket({
  id: "caiso",
  currency: "USD",
  intervalMs: (5 * 60_000) as Ms,
  rulebook: caisoRulebook,
  submissions: [caisoReserve, stateOfCharge],
  priceFloor: bidFloor,
  priceCap: bidCap,
  priceTick: 0.01,
  volumeTickMW: 0.01,
  pointsMax: 11,
  gateClosureMs: realTimeGateMs,
  ...curveFile("caiso"),
  settlementRule: "caiso.real-time-energy",
  shortfall: {
    rule: "caiso.uninstructed-deviation",
    source: "five-minute settlement of deviations at the real-time price (BPM for Settlements and Billing)",
    isVerified: false,
  },
});

export type { CaisoReserveOffer } from "./reserve-offer.ts";
export type { StateOfChargeBid } from "./state-of-charge.ts";

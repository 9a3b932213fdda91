import { UtcMs } from "@penstock/protocol/units";
import type { MarketUnit } from "../../market.ts";
import type { NemBid } from "../bid.ts";

/** 100 MW / 200 MWh in New South Wales, behind a loss factor of 0.95. */
export const exampleUnit: MarketUnit = {
  id: "PARK1",
  region: "NSW1",
  siteIds: ["park"],
  maxCapacityMW: 100,
  minLoadMW: 90,
  lossFactor: 0.95,
  rampMWPerMin: 20,
  storageMWh: 200,
};

const startMs = UtcMs(Date.UTC(2023, 7, 1, 2));

/** Sells 60 MW from 120 and 40 MW from 300; buys 90 MW up to 40. */
export const exampleBid: NemBid = {
  marketId: "nem",
  unitId: "PARK1",
  interval: { startMs, endMs: UtcMs(startMs + 300_000) },
  versionNumber: 1,
  decidedAtMs: UtcMs(startMs - 60_000),
  sides: [
    {
      direction: "GEN",
      bandPrices: [-950, 0, 50, 80, 120, 200, 300, 1000, 14_193, 15_770],
      bandAvailMW: [0, 0, 0, 0, 60, 0, 40, 0, 0, 0],
      maxAvailMW: 100,
      rampUpMWPerMin: 20,
      rampDownMWPerMin: 20,
    },
    {
      direction: "LOAD",
      bandPrices: [-950, -100, 0, 20, 40, 60, 90, 150, 14_193, 15_770],
      bandAvailMW: [0, 0, 0, 0, 90, 0, 0, 0, 0, 0],
      maxAvailMW: 90,
      rampUpMWPerMin: 20,
      rampDownMWPerMin: 20,
    },
  ],
};

/** The example with one side changed. */
export const withSide = (direction: "GEN" | "LOAD", change: Partial<NemBid["sides"][number]>): NemBid => ({
  ...exampleBid,
  sides: exampleBid.sides.map((side) => (side.direction === direction ? { ...side, ...change } : side)),
});

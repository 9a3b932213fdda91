import { hours, MW, MWh, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { ReserveDirection, ReserveProduct } from "../../markets/reserve-market.ts";
import type { AttestedSite } from "../attest-site.ts";
import type { Commitment } from "./commitments.ts";
import { narrowByCommitments } from "./narrow-by-commitments.ts";

const noonMs = Date.UTC(2026, 5, 10, 12);
const at = (fromH: number, toH: number) => ({
  startMs: UtcMs(noonMs + hours(fromH)),
  endMs: UtcMs(noonMs + hours(toH)),
});

/** 50 MW, 100 MWh, window 5 to 95 %, no losses, half full. */
const site = {
  chargeWMaxNow: MW(50),
  dischargeWMaxNow: MW(50),
  capability: {
    ...{ siteId: "park", available: true, soc: 0.5, socMin: 0.05, socMax: 0.95 },
    ...{ capacityWh: MWh(100), powerWMaxCharge: MW(50), powerWMaxDischarge: MW(50) },
    ...{ efficiencyOneWay: 1, costPerMWh: 0 },
  },
} as unknown as AttestedSite;

const products: readonly ReserveProduct[] = [
  { name: "DRL", direction: "up", service: "nesoDrLow", sustainMs: minutes(60) },
  { name: "DCH", direction: "down", service: "nesoDcHigh", sustainMs: minutes(15) },
  { name: "FCR", direction: "both", service: "fcr", sustainMs: minutes(15) },
];

const sold = (product: string, powerMW: number, fromH: number, toH: number): Commitment => ({
  ...{ marketId: "gb", unitId: "PARK1", interval: at(fromH, toH), product, pricePerMWh: 5 },
  direction: products.find(({ name }) => name === product)?.direction as ReserveDirection,
  enabledW: MW(powerMW),
  sites: [{ siteId: "park", powerW: MW(powerMW) }],
});

test.each<[readonly Commitment[], number, number, number, number, string]>([
  // sold                                        out, in MW   window, MWh    because
  [[], 50, 50, 5, 95, "nothing was sold"],
  [[sold("DRL", 20, 0, 4)], 30, 50, 25, 95, "an hour of 20 MW stays in store"],
  [[sold("DCH", 20, 0, 4)], 50, 30, 5, 90, "a quarter of an hour of room stays free"],
  [[sold("FCR", 20, 0, 4)], 30, 30, 10, 90, "one commitment goes both ways"],
  [[sold("DRL", 20, 0, 4), sold("DCH", 20, 0, 4)], 30, 30, 25, 90, "each its own"],
  [[sold("DRL", 20, 0.5, 4.5)], 50, 50, 25, 95, "what begins when the interval ends must be in store by then"],
  [[sold("DRL", 20, -3.5, 0.5), sold("DRL", 20, 0.5, 4.5)], 30, 50, 25, 95, "one block after the other is no sum"],
  [[sold("DRL", 60, 0, 4)], 0, 50, 65, 95, "more than it now has leaves no energy to sell"],
])("half an hour beside %j: %d MW out, %d MW in, %d to %d MWh: %s", (commitments, outMW, inMW, lowMWh, highMWh, _because) => {
  const left = narrowByCommitments(site, at(0, 0.5), commitments, products);
  expect(left.dischargeWMaxNow / 1e6).toBe(outMW);
  expect(left.chargeWMaxNow / 1e6).toBe(inMW);
  expect(left.capability.socMin * 100).toBeCloseTo(lowMWh, 6);
  expect(left.capability.socMax * 100).toBeCloseTo(highMWh, 6);
});

test("a battery that lost half of itself and can no longer keep both ways moves neither", () => {
  const small = { ...site, capability: { ...site.capability, capacityWh: MWh(40) } };
  const both = [sold("DRL", 30, 0, 4), sold("FCR", 20, 0, 4)];
  const { socMin, socMax, soc } = narrowByCommitments(small, at(0, 0.5), both, products).capability;
  expect([socMin, socMax]).toEqual([soc, soc]);
});

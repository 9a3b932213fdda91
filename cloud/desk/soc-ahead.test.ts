import { MW, MWh, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type PriceQuantityCurve, priceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import type { AttestedSite } from "./attest-site.ts";
import type { BidRecord } from "./bid-record.ts";
import { socAhead } from "./soc-ahead.ts";

/** 100 MWh without losses, window 10 to 90 %, half full. */
const site = {
  capability: {
    ...{ siteId: "park", soc: 0.5, socMin: 0.1, socMax: 0.9, capacityWh: MWh(100), efficiencyOneWay: 1 },
  },
} as unknown as AttestedSite;

const bidOf = (curve: PriceQuantityCurve, at: number): BidRecord =>
  ({
    bid: { interval: { startMs: UtcMs(minutes(30 * at)), endMs: UtcMs(minutes(30 * (at + 1))) } },
    offers: [{ siteId: "park", curve }],
    expectedPrice: { low: 20, expected: 50, high: 80 },
  }) as unknown as BidRecord;

const fixed = (powerMW: number): PriceQuantityCurve => priceQuantityCurve(powerMW * 1e6, []);
const sellsFrom = (pricePerMWh: number, powerMW: number): PriceQuantityCurve =>
  priceQuantityCurve(0, [{ pricePerMWh, powerW: MW(powerMW) }]);

test.each<[readonly PriceQuantityCurve[], number, number, number, string]>([
  // bid before it                    expected  can give, take MWh   because
  [[], 50, 40, 40, "nothing was bid"],
  [[fixed(20)], 40, 30, 50, "ten megawatt-hours leave for certain"],
  [[fixed(-20), fixed(-20)], 70, 60, 20, "twenty come in for certain"],
  [[sellsFrom(40, 20)], 40, 30, 40, "it is expected to clear; if it does not there is no more room than now"],
  [[sellsFrom(70, 20)], 50, 30, 40, "it may clear all the same, and what it takes is not there"],
])("after %j it expects %d MWh, can give %d and take %d: %s", (curves, expectedMWh, giveMWh, takeMWh, _because) => {
  const { soc, socMin, socMax } = socAhead(site, curves.map(bidOf)).capability;
  expect(soc * 100).toBeCloseTo(expectedMWh, 9);
  expect((soc - socMin) * 100).toBeCloseTo(giveMWh, 9);
  expect((socMax - soc) * 100).toBeCloseTo(takeMWh, 9);
});

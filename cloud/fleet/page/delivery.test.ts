import type { SiteDocument } from "@penstock/protocol/fleet";
import { expect, test } from "vitest";
import { deliveredPowerW } from "./delivery.ts";

const site = (siteId: string, batteryPowerW: number | null, online = true) =>
  ({ siteId, batteryPowerW, online }) as unknown as SiteDocument;
const sites = [site("park", 4e6), site("feeder", -1e6), site("gone", 2e6, false), site("new", null)];

test.each([
  // unit's sites                delivered now
  [["park"], 4e6],
  [["park", "feeder"], 3e6],
  [["park", "gone"], null],
  [["park", "new"], null],
  [["unknown"], null],
])("a unit of %j delivers %j W", (siteIds, expected) => {
  expect(deliveredPowerW(siteIds, sites)).toBe(expected);
});

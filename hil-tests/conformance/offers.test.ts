import { siteEntry } from "@penstock/cloud/desk/testing/desk-world.ts";
import { priceQuantityCurve } from "@penstock/cloud/strategies/index.ts";
import { MW, MWh, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { judgeOffer } from "./judge-offer.ts";
import { offers } from "./offers.ts";

const entry = siteEntry("park", 10, 20); // 10 MW, 20 MWh, window 5 to 95 %, 0.95 each way
const nowMs = 1_700_000_000_000;
const well = {
  online: true,
  measuredAtMs: UtcMs(nowMs - 1_000),
  soc: 0.5,
  capacityWh: MWh(20),
  powerWMaxCharge: MW(10),
  powerWMaxDischarge: MW(8),
  batteryPowerW: W(0),
  capabilityHash: "settings-1",
};

test.each([
  // what is offered, MW   what is said of the site                       too much?
  [8, {}, false],
  [9, {}, true], // derated to 8 MW
  [8, { soc: 0.06 }, true], // 0.19 MWh are not 8 MW for five minutes
  [2, { soc: 0.06 }, false],
  [-10, {}, false],
  [-1, { soc: 0.95 }, true],
  [1, { online: false }, true],
  [1, { measuredAtMs: UtcMs(nowMs - 11_000) }, true],
  [1, { soc: Number.NaN }, true],
  [1, { capabilityHash: "settings-2" }, true],
])("%d MW of a site that says %j: too much is %s", (offeredMW, said, isTooMuch) => {
  const site = {
    entry,
    reading: { ...well, ...said },
    attestedHash: "settings-1",
    nowMs,
    ageMsMax: 10_000,
    untilStartMs: 0,
  };
  const curve =
    offeredMW > 0
      ? priceQuantityCurve(0, [{ pricePerMWh: 50, powerW: MW(offeredMW) }])
      : priceQuantityCurve(offeredMW * 1e6, [{ pricePerMWh: 50, powerW: W(0) }]);
  const found = judgeOffer([{ pricePerMWh: 50, volumeMW: offeredMW }], [{ siteId: "park", curve }], [site], 1 / 12);
  expect(found.length > 0).toBe(isTooMuch);
});

test("2,000 intervals of every market: nothing above what is attested, and enough of every kind tried", async () => {
  const result = await offers.run({ count: 2_000, seed: "1", progress: () => {} });
  expect(result.failures).toEqual([]);
  const { built, released, noLongerFit, stacks, refusedByCertificate, sitesLeftOut, withheld, byMarket } = result;
  for (const figure of [built, released, noLongerFit, stacks, refusedByCertificate, sitesLeftOut, withheld]) {
    expect(figure).toBeGreaterThan(20);
  }
  expect(Object.keys(byMarket as object)).toHaveLength(5);
  for (const market of ["nem", "ercot", "gb", "sdac-de"]) {
    expect((result["stacksBy"] as Readonly<Record<string, number>>)[market]).toBeGreaterThan(20);
  }
});

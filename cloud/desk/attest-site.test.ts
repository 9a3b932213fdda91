import { Ms, MW, MWh, minutes, seconds, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { attestSite, socAfter } from "./attest-site.ts";
import type { SiteReading } from "./site-reading.ts";
import { siteEntry } from "./testing/desk-world.ts";

const nowMs = UtcMs(1_700_000_000_000);
const entry = siteEntry("park", 10, 20);
const moment = { nowMs, ageMsMax: seconds(10), untilStartMs: minutes(0), attestedHash: "settings-1" };
const healthy: SiteReading = {
  online: true,
  measuredAtMs: UtcMs(nowMs - 1_000),
  soc: 0.5,
  capacityWh: MWh(20),
  powerWMaxCharge: MW(8),
  powerWMaxDischarge: MW(9),
  batteryPowerW: W(0),
  capabilityHash: "settings-1",
};
const without = (field: keyof SiteReading): SiteReading => {
  const { [field]: _, ...rest } = healthy;
  return rest as SiteReading;
};

test.each([
  // what is wrong                          reading                                                  refused as
  ["it is offline", { ...healthy, online: false }, "desk.site-offline"],
  ["it never spoke", without("measuredAtMs"), "desk.site-silent"],
  ["it last spoke 11 s ago", { ...healthy, measuredAtMs: UtcMs(nowMs - 11_000) }, "desk.site-stale"],
  ["its clock is 11 s ahead", { ...healthy, measuredAtMs: UtcMs(nowMs + 11_000) }, "desk.site-clock"],
  ["its state of charge is missing", without("soc"), "desk.site-unknown"],
  ["its state of charge is no fraction", { ...healthy, soc: 50 }, "desk.site-unknown"],
  ["its state of charge is not a number", { ...healthy, soc: Number.NaN }, "desk.site-unknown"],
  ["it attests no charge capability", without("powerWMaxCharge"), "desk.site-unknown"],
  ["it attests no discharge capability", without("powerWMaxDischarge"), "desk.site-unknown"],
  ["its power is missing", without("batteryPowerW"), "desk.site-unknown"],
  ["it does not say which settings it runs on", without("capabilityHash"), "desk.capability-unknown"],
  ["its settings are not the attested ones", { ...healthy, capabilityHash: "settings-2" }, "desk.capability-changed"],
  ["its usable capacity is missing", without("capacityWh"), "desk.site-unknown"],
  ["its usable capacity is less than nothing", { ...healthy, capacityWh: MWh(-1) }, "desk.site-unknown"],
  ["none of its units is available", { ...healthy, capacityWh: MWh(0) }, "desk.site-unknown"],
])("a site is not bid when %s", (_, reading, code) => {
  expect(attestSite(entry, reading, moment)).toMatchObject({ ok: false, error: { code, siteId: "park" } });
});

test("a site whose settings nobody ever attested is not bid", () => {
  const unattested = attestSite(entry, healthy, { ...moment, attestedHash: undefined });
  expect(unattested).toMatchObject({ ok: false, error: { code: "desk.capability-unknown" } });
});

test("a healthy site is planned with its rating and bid within what it attests", () => {
  expect(attestSite(entry, healthy, moment)).toMatchObject({
    ok: true,
    value: {
      capability: { soc: 0.5, powerWMaxCharge: 10e6, powerWMaxDischarge: 10e6, capacityWh: 20e6 },
      chargeWMaxNow: 8e6,
      dischargeWMaxNow: 9e6,
    },
  });
});

test("with half its units away a site is planned with half its power", () => {
  const half = attestSite(entry, { ...healthy, capacityWh: MWh(10) }, moment);
  expect(half).toMatchObject({ value: { capability: { powerWMaxDischarge: 5e6, capacityWh: 10e6 } } });
});

test.each([
  // now    power      for      then
  [0.5, MW(10), minutes(6), 0.5 - 1 / 0.95 / 20], // 1 MWh at the meter takes more than 1 MWh out of the cells.
  [0.5, MW(-10), minutes(6), 0.5 + 0.95 / 20],
  [0.5, MW(0), minutes(60), 0.5],
  [0.01, MW(10), minutes(60), 0],
  [0.99, MW(-10), minutes(60), 1],
])("from %d at %d W for %d ms the state of charge becomes %d", (soc, powerW, durationMs, then) => {
  expect(socAfter(soc, powerW, Ms(durationMs), MWh(20), 0.95)).toBeCloseTo(then, 9);
});

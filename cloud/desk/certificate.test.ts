import { type Ms, MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { priceQuantityCurve } from "../strategies/index.ts";
import type { AttestedSite } from "./attest-site.ts";
import { certify } from "./certificate.ts";
import { unitEntry } from "./testing/desk-world.ts";

const startMs = UtcMs(0);
const interval = { startMs, endMs: UtcMs(minutes(5)) };
const { unit } = unitEntry("PNSTK1", ["park"]);

const attested = (soc: number, nowMW = 10, siteId = "park", available = true): AttestedSite => ({
  capability: {
    siteId,
    available,
    soc,
    socMin: 0.05,
    socMax: 0.95,
    capacityWh: MWh(20),
    powerWMaxCharge: MW(10),
    powerWMaxDischarge: MW(10),
    efficiencyOneWay: 1,
    costPerMWh: 0,
  },
  chargeWMaxNow: MW(nowMW),
  dischargeWMaxNow: MW(nowMW),
  measuredSoc: soc,
  measuredAtMs: startMs,
  ageMs: 0 as Ms,
  capabilityHash: "settings-1",
  attestedHash: "settings-1",
});
const curve = (fromMW: number, toMW: number) => priceQuantityCurve(MW(fromMW), [{ pricePerMWh: 50, powerW: MW(toMW) }]);

test.each([
  // soc    asked MW      attested now   shortcomings
  [0.5, [-10, 10], 10, []],
  [0.5, [0, 0], 0, []],
  [0.06, [0, 2], 10, []], // 0.2 MWh above empty is 2.4 MW for five minutes
  [0.06, [0, 3], 10, ["certificate.discharge"]],
  [0.94, [-3, 0], 10, ["certificate.charge"]],
  [0.04, [0, 1], 10, ["certificate.discharge"]],
  [0.5, [-10, 10], 9, ["certificate.discharge", "certificate.charge"]],
  [Number.NaN, [-1, 1], 10, ["certificate.discharge", "certificate.charge"]],
] as const)("at %d stored, asked for %j MW with %d MW attested: %j", (soc, [fromMW, toMW], nowMW, codes) => {
  const offers = [{ site: attested(soc, nowMW), curve: curve(fromMW, toMW) }];
  const certificate = certify(unit, interval, offers, [], startMs);
  expect(certificate.shortcomings.map(({ code }) => code)).toEqual(codes);
  expect(certificate.feasible).toBe(codes.length === 0);
});

test("a bid may not offer more than its curves", () => {
  const offers = [{ site: attested(0.5), curve: curve(0, 3) }];
  const certified = (volumeMW: number) =>
    certify(unit, interval, offers, [{ pricePerMWh: 50, volumeMW }], startMs).shortcomings.map(({ code }) => code);
  expect(certified(3)).toEqual([]);
  expect(certified(4)).toEqual(["certificate.offer-beyond-curves"]);
  expect(certified(-1)).toEqual(["certificate.offer-beyond-curves"]);
});

test("a site that is not the unit's, or not available, makes no bid feasible", () => {
  const foreign = [{ site: attested(0.5, 10, "street"), curve: curve(0, 1) }];
  expect(certify(unit, interval, foreign, [], startMs).shortcomings).toMatchObject([
    { code: "certificate.unregistered" },
  ]);
  const out = [{ site: attested(0.5, 10, "park", false), curve: priceQuantityCurve(W(0), []) }];
  expect(certify(unit, interval, out, [], startMs).shortcomings).toMatchObject([{ code: "certificate.not-available" }]);
});

test("settings that changed since they were attested make no bid feasible, however small", () => {
  const changed = [{ site: { ...attested(0.5), capabilityHash: "settings-2" }, curve: curve(0, 1) }];
  expect(certify(unit, interval, changed, [], startMs)).toMatchObject({
    feasible: false,
    shortcomings: [{ code: "certificate.capability-changed", toldHash: "settings-2", attestedHash: "settings-1" }],
  });
});

test("an offer of nothing needs no site at all", () => {
  expect(certify(unit, interval, [], [], startMs)).toMatchObject({ feasible: true, offeredWMin: 0, offeredWMax: 0 });
});

import { noLatches } from "@penstock/edge/agent/latches-fact.ts";
import { findMeterDriver, findUnitDriver, METER_DRIVERS, UNIT_DRIVERS } from "@penstock/edge/devices/index.ts";
import { SiteLoop } from "@penstock/edge/loop/site-loop.ts";
import { createSite, siteNames } from "@penstock/firmware-sims/sites/index.ts";
import { privateKeyFromSeed, publicKeyPem } from "@penstock/protocol/lease";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, UtcMs } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { siteConfigOf } from "../harness/site-config.ts";
import { readPlant, virtualTransports } from "../harness/virtual-devices.ts";

/**
 * The registers a driver may ever write, from the documents: the power and reactive set-points of 704 and the heartbeat
 * of 715; on an older inverter at 50000 the vars of 123, the mode and the rates of 124; on the illustrative site controller
 * both modes, both set-points, the heartbeat and its timeout.
 */
const MAY_WRITE: Readonly<Record<string, readonly (readonly [from: number, to: number])[]>> = {
  der: [
    [40_318, 40_328],
    [40_331, 40_342],
    [40_422, 40_423],
  ],
  legacy: [
    [50_243, 50_250],
    [50_259, 50_259],
    [50_266, 50_270],
  ],
  controller: [
    [1_000, 1_000],
    [1_020, 1_023],
    [1_200, 1_200],
    [1_220, 1_221],
  ],
};

test("each driver is found under its own name", () => {
  for (const driver of UNIT_DRIVERS) expect(findUnitDriver(driver.name)).toBe(driver);
  for (const driver of METER_DRIVERS) expect(findMeterDriver(driver.name)).toBe(driver);
  expect(findUnitDriver("no-such-driver")).toBeUndefined();
});

describe.each(siteNames)("the drivers against the %s simulator", (name) => {
  const clock = new SimClock(UtcMs(Date.UTC(2026, 0, 14)));
  const site = createSite(name, { rng: new Rng(9), startMs: clock.nowMs() });
  const written: [string, number, number][] = [];
  site.observeWrites((device, address, values) => written.push([device, address, address + values.length - 1]));
  const leaseKeys = [{ keyId: "desk", publicKeyPem: publicKeyPem(privateKeyFromSeed(new Uint8Array(32))) }];
  const config = siteConfigOf(name, { energySpeed: 1, leaseKeys, freshness: { unitS: 0.5, meterS: 0.5, plantS: 2 } });
  const loop = new SiteLoop({
    clock,
    config,
    transportFor: virtualTransports(site, clock),
    emit: () => {},
    initialLatches: { ...noLatches, mode: "manual", manualPowerW: (site.spec.unit.powerWMax / 2) as never },
    initialGrants: [],
  });
  const move = () =>
    clock.after(Ms(50), () => {
      site.step(50);
      move();
    });
  move();
  loop.start();
  readPlant(site.plantController, clock, Ms(250), (reading) => loop.accept({ type: "plant", reading }));
  clock.advance(Ms(20_000));

  test("every unit and the meter is found, identified and read", () => {
    expect(loop.status().devices.map(({ state }) => state)).toEqual(site.modbusDevices.map(() => "ready"));
  });

  test("what the driver decodes is what is so on the plant, in watts, fractions and the right sign", () => {
    const { image } = loop.status();
    const { units } = site.truth;
    const behindOne = {
      powerW: units.reduce((sum, { powerW }) => sum + powerW, 0),
      soc: units.reduce((sum, { soc }) => sum + soc, 0) / units.length,
    };
    for (const [index, unit] of image.units.entries()) {
      const truth = site.siteController === undefined ? units[index] : behindOne;
      if (unit.powerW.quality !== "good" || unit.soc.quality !== "good") throw new Error(`${unit.id} is not read`);
      expect(Math.abs(unit.powerW.value - (truth?.powerW ?? Number.NaN))).toBeLessThan(0.02 * site.spec.unit.powerWMax);
      expect(Math.abs(unit.soc.value - (truth?.soc ?? Number.NaN))).toBeLessThan(0.01);
      expect(unit.powerW.value).toBeGreaterThan(0);
    }
    const meterW = image.meter.powerW;
    if (meterW.quality !== "good") throw new Error("the meter is not read");
    expect(Math.abs(meterW.value - site.truth.gridPowerW)).toBeLessThan(0.02 * Math.abs(site.truth.gridPowerW) + 2_000);
  });

  test("no register outside the allow-list was ever written", () => {
    expect(written.length).toBeGreaterThan(0);
    const allowed = MAY_WRITE[site.spec.hasSiteController ? "controller" : (site.spec.unitKind ?? "der")] ?? [];
    const strange = written.filter(([, from, to]) => !allowed.some(([first, last]) => from >= first && to <= last));
    expect(strange).toEqual([]);
  });
});

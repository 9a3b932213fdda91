import { kVA, kW, kWh, Var } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { UnitConfig } from "../config/site-config.ts";
import { sunspecLegacyStorage } from "./sunspec-legacy-storage.ts";
import { HandMadeLegacyUnit } from "./testing/hand-made-legacy-unit.ts";
import { power, SessionBench } from "./testing/session-bench.ts";
import { unitConfig } from "./testing/unit-config.ts";

const CONFIG: UnitConfig = {
  ...unitConfig("older-1"),
  driver: "sunspec-legacy-storage",
  rating: { chargeWMax: kW(80), dischargeWMax: kW(100), apparentVAMax: kVA(110), capacityWh: kWh(200) },
};

test("a legacy unit at 50000 without an end marker is found, and its registers become watts and fractions", () => {
  const { bench } = start();
  bench.run(300);
  expect(bench.session.status().state).toBe("ready");
  const { id: _id, rating: _rating, ...readings } = bench.image();
  const values = Object.entries(readings).map(([name, one]) => [
    name,
    one?.quality === "missing" ? "missing" : one?.value,
  ]);
  expect(Object.fromEntries(values)).toEqual({
    powerW: 0,
    reactiveVar: 120,
    soc: 0.615,
    chargeWMax: 80_000,
    dischargeWMax: 100_000,
    temperatureC: 31.2,
    state: "running",
    remote: true,
    setpointW: "missing",
    dischargedWh: 65_536,
    chargedWh: "missing",
    refused: false,
  });
});

test.each([
  // kW    OutWRte  InWRte  in hundredths of a percent
  [40, 4_000, -4_000],
  [-40, -5_000, 5_000], // half of 80 kW
  [0, 0, 0],
  [100, 10_000, -10_000],
])("%d kW pins the battery between rates of %d and %d", (powerKW, outRate, inRate) => {
  const { bench, unit } = start();
  bench.setpoint = power(powerKW * 1e3);
  bench.run(400);
  expect((unit.at(50188) << 16) >> 16).toBe(outRate);
  expect((unit.at(50189) << 16) >> 16).toBe(inRate);
  expect(unit.at(50191)).toBe(6); // InOutWRte_RvrtTms
  expect(unit.at(50181)).toBe(3); // StorCtl_Mod, written after the rates
  expect(unit.writes.slice(0, 2).map(({ address }) => address)).toEqual([50188, 50181]);
  expect(bench.image().setpointW).toMatchObject({ quality: "good", value: powerKW * 1e3 });
  expect(bench.image().powerW).toMatchObject({ quality: "good", value: powerKW * 1e3 });
});

test("more than the nameplate is refused here and never written", () => {
  const { bench, unit } = start();
  bench.setpoint = power(100_001);
  bench.run(400);
  expect(unit.writes.filter(({ address }) => address === 50188)).toEqual([]);
  expect(bench.codes()).toContain("device.does-not-fit");
});

test("vars are percent of the nameplate power, and untouched until they are wanted", () => {
  const { bench, unit } = start();
  bench.setpoint = power(0);
  bench.run(500);
  expect(unit.writes.some(({ address }) => address === 50165)).toBe(false);
  bench.setpoint = { ...power(0), reactiveVar: Var(-25_000) };
  bench.run(500);
  expect(unit.writes.find(({ address }) => address === 50165)?.values).toEqual([0xff06, 0x8000, 0x8000, 0, 6, 0, 1, 1]);
});

test("its own timer lets go when we fall silent, is refreshed at a third, and what it let go is taken back", () => {
  const { bench, unit } = start();
  bench.setpoint = power(40_000);
  bench.run(6_000);
  expect(unit.writes.filter(({ address }) => address === 50188)).toHaveLength(3);
  bench.setpoint = undefined;
  bench.run(7_000);
  expect(unit.at(50181)).toBe(0);
  expect(bench.image().powerW).toMatchObject({ value: 0 });
  bench.setpoint = power(40_000);
  bench.run(300);
  expect(bench.image().powerW).toMatchObject({ value: 40_000 });
  expect(bench.codes()).not.toContain("device.foreign-write");
});

test.each<[story: string, address: number, word: number, named: string]>([
  ["our discharge rate", 50188, 9_000, "charge and discharge rate"],
  ["the greatest charge rate", 50178, 100, "124 charge settings"],
  ["the power limit", 50155, 50, "123 power limit"],
])("another master that writes %s is named within two seconds", (_, address, word, named) => {
  const { bench, unit } = start();
  bench.setpoint = power(40_000);
  bench.run(1_000);
  unit.put(address, word);
  bench.run(1_900);
  const event = bench.events.find(({ code }) => code === "device.foreign-write");
  expect(event?.facts["control"] ?? event?.facts["name"]).toBe(named);
  expect(event?.facts["register"]).toBe(address);
});

test("a nameplate that is out by a thousand makes a mismatch that says so, and nothing is written", () => {
  const { bench, unit } = start();
  unit.put(50122 + 4, 0); // WRtg_SF 0: 100 W
  bench.setpoint = power(40_000);
  bench.run(1_000);
  expect(bench.session.status()).toMatchObject({ state: "mismatch" });
  expect(bench.session.status().lastError).toContain("120 WRtg reads 100");
  expect(bench.events.find(({ code }) => code === "device.map-mismatch")?.facts["causes"]).toEqual([
    "120 WRtg: scale-factor",
  ]);
  expect(unit.writes).toEqual([]);
  expect(bench.image().powerW.quality).toBe("missing");
});

function start() {
  const unit = new HandMadeLegacyUnit();
  const bench = new SessionBench(sunspecLegacyStorage, unit, { config: CONFIG });
  unit.nowS = () => bench.nowS;
  return { bench, unit };
}

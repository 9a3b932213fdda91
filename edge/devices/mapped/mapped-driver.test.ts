import { readFileSync } from "node:fs";
import { invariant } from "@penstock/protocol/result";
import { kVA, MonotonicMs, Ms, MW, MWh, Var } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good } from "../../control/image.ts";
import { HandMadeSiteController } from "../testing/hand-made-site-controller.ts";
import { power, SessionBench } from "../testing/session-bench.ts";
import { meterConfig, unitConfig } from "../testing/unit-config.ts";
import { mappedMeter, mappedUnit } from "./mapped-driver.ts";
import { parseDeviceMap } from "./parse-device-map.ts";

const FILE = new URL("../maps/illustrative-site-controller.yaml", import.meta.url);
const TEXT = readFileSync(FILE, "utf8");

test("the illustrative site controller becomes watts and fractions", () => {
  const { bench } = start();
  bench.run(300);
  expect(bench.session.status().state).toBe("ready");
  expect(bench.session.map?.identity).toMatchObject({ version: "2.4.1", serialNumber: "SC-77" });
  const image = bench.image();
  expect(image.powerW).toMatchObject({ quality: "good", value: 0 });
  expect(image.soc).toMatchObject({ quality: "good", value: 0.5 });
  expect(image.dischargeWMax).toMatchObject({ quality: "good", value: 7_600_000 });
  expect(image.state).toMatchObject({ value: "standby" });
  expect(image.remote).toMatchObject({ value: true });
  expect(image.temperatureC).toEqual({ quality: "missing", cause: "not in the device's map" });
});

test("set-point, heartbeat and timer go in one request, the modes after, and the heartbeat differs each time", () => {
  const { bench, device } = start();
  bench.setpoint = power(-2_500_000);
  bench.run(500);
  expect(device.writes.map(({ address, values }) => [address, values.length])).toEqual([
    [1020, 4],
    [1000, 1],
    [1200, 1],
  ]);
  expect(device.at32(1020)).toBe(-2_500_000);
  expect(device.registers[1023]).toBe(6);
  bench.run(6_000);
  const beats = device.writes.filter(({ address }) => address === 1020).map(({ values }) => values[2]);
  expect(beats).toEqual([0x55aa, 0xaa55, 0x55aa, 0xaa55]);
  expect(bench.image().powerW).toMatchObject({ value: -2_500_000 });
  expect(bench.image().setpointW).toMatchObject({ value: -2_500_000 });
  expect(bench.codes()).toEqual(["device.ready"]);
});

test("vars are left alone until wanted", () => {
  const { bench, device } = start();
  bench.setpoint = power(1_000);
  bench.run(500);
  expect(device.writes.some(({ address }) => address === 1220)).toBe(false);
  bench.setpoint = { ...power(1_000), reactiveVar: Var(-70_000) };
  bench.run(300);
  expect(device.at32(1220)).toBe(-70_000);
});

test("its own timer lets go when we fall silent; that is told from another master's hand", () => {
  const { bench, device } = start();
  bench.setpoint = power(1_000_000);
  bench.run(1_000);
  bench.setpoint = undefined;
  bench.run(7_000);
  expect(device.at32(1020)).toBe(0);
  bench.setpoint = power(1_000_000);
  bench.run(500);
  expect(bench.codes()).not.toContain("device.foreign-write");
  device.int32(1020, 4_000_000);
  bench.run(300);
  const event = bench.events.find(({ code }) => code === "device.foreign-write");
  expect(event?.facts).toMatchObject({ control: "powerSetpoint, heartbeat, commandTimeout", register: 1020 });
  expect(device.at32(1020)).toBe(1_000_000);
});

test("a writable point that we leave alone is watched", () => {
  const { bench, device } = start();
  bench.setpoint = power(0);
  bench.run(1_500);
  device.registers[1500] = 1;
  bench.run(1_900);
  const event = bench.events.find(({ code }) => code === "device.foreign-write");
  expect(event?.facts).toMatchObject({ name: "shutdown", register: 1500, after: "0001" });
});

test("more than a register holds is never written", () => {
  const { bench, device } = start(
    TEXT.replace("powerSetpoint: { address: 1020, type: int32", "powerSetpoint: { address: 1020, type: int16"),
  );
  bench.setpoint = power(40_000);
  bench.run(500);
  expect(device.writes.filter(({ address }) => address === 1020)).toEqual([]);
  expect(bench.codes()).toContain("device.does-not-fit");
});

test("a device without the registers of its map is a mismatch, not a crash", () => {
  const { bench, device } = start();
  device.readHolding = () => 2;
  bench.run(500);
  expect(bench.session.status().state).toBe("mismatch");
  expect(bench.codes()).toContain("device.map-mismatch");
});

const METER = `
name: house meter
wordOrder: little
points:
  power: { address: 10, type: float32, unit: kW, sign: -1, table: input }
  frequency: { address: 12, type: float32, unit: Hz, table: input, plausible: [45, 65] }
  counter: { address: 14, type: uint32, unit: kWh, scale: 0.1, table: input, missing: [4294967295] }
meter: { powerW: power, frequencyHz: frequency, exportedWh: counter }
`;

test.each<[story: string, words: readonly number[], expected: Record<string, unknown>]>([
  [
    "words little end first, a vendor who counts import, tenths of a kWh",
    [0x8000, 0x4124, 0x0000, 0x4248, 0x04d2, 0x0000],
    { powerW: -10_281.25, frequencyHz: 50, exportedWh: 123_400 },
  ],
  [
    "sentinels and floats that are none",
    [0x0000, 0x7fc0, 0x0000, 0x42c8, 0xffff, 0xffff],
    { powerW: "missing", frequencyHz: "missing", exportedWh: "missing" }, // 100 Hz is not plausible
  ],
])("a mapped meter with %s", (_, words, expected) => {
  const driver = mappedMeter(parsed(METER, "meter"));
  const plan = driver.plan({ identity: { manufacturer: "", model: "", version: "", serialNumber: "" }, models: [] });
  expect(plan.ok && plan.value).toEqual([{ address: 10, count: 6, table: "input", everyMs: 0 }]);
  const block = { registers: Uint16Array.from(words), readAtMs: 0, everyMs: Ms(0) };
  const view = {
    nowMs: MonotonicMs(0),
    freshMs: Ms(500),
    believedUntilMs: Number.POSITIVE_INFINITY,
    refused: good(false, Ms(0)),
  };
  const image = driver.image(meterConfig, [block], view);
  for (const [field, value] of Object.entries(expected)) {
    const reading = image[field as keyof typeof image];
    expect([field, reading.quality === "missing" ? "missing" : reading.value]).toEqual([field, value]);
  }
});

test("words the wrong way round are found out at connect", () => {
  const driver = mappedMeter(parsed(METER, "meter"));
  const block = { registers: Uint16Array.from([0, 0, 0x4248, 0x0000, 0, 0]), readAtMs: 0, everyMs: Ms(0) };
  expect(driver.lint(meterConfig, [block])).toMatchObject([{ point: "frequency", cause: "word-order" }]);
});

function parsed(text: string, kind: "unit" | "meter") {
  const map = parseDeviceMap(text, { file: "map.yaml", protocol: "modbus", kind });
  invariant(map.ok, map.ok ? "" : map.error.text);
  return map.value;
}

function start(text = TEXT) {
  const device = new HandMadeSiteController();
  const config = {
    ...unitConfig("block-1"),
    rating: { chargeWMax: MW(7.6), dischargeWMax: MW(7.6), apparentVAMax: kVA(8_000), capacityWh: MWh(15.6) },
  };
  const bench = new SessionBench(mappedUnit(parsed(text, "unit")), device, { config });
  device.nowS = () => bench.nowS;
  return { bench, device };
}

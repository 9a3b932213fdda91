import { MonotonicMs, Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, type MeterImage } from "../control/image.ts";
import type { Block, DeviceMap } from "./driver.ts";
import { sunspecMeter } from "./sunspec-meter.ts";
import { HandMadeMeter } from "./testing/hand-made-unit.ts";
import { meterConfig } from "./testing/unit-config.ts";

test("a float meter (213) is read in one request", () => {
  expect(readings(image(mapOf([213, 124]), new HandMadeMeter().registers))).toEqual({
    powerW: 1e6,
    reactiveVar: -100,
    frequencyHz: 50,
    voltageV: 240,
    exportedWh: 1_000,
    importedWh: 2_000,
  });
});

test("an integer meter (203) says the same with scale factors", () => {
  expect(readings(image(mapOf([203, 105]), integerMeter()))).toEqual({
    powerW: -1_234_000,
    reactiveVar: 50_000,
    frequencyHz: 49.98,
    voltageV: 239.5,
    exportedWh: 6_553_700,
    importedWh: 0, // a new meter that has counted nothing is believed
  });
});

test("a meter that looks the other way turns power and swaps its counters", () => {
  const turned = image(mapOf([213, 124]), new HandMadeMeter().registers, -1);
  expect(readings(turned)).toMatchObject({
    powerW: -1e6,
    reactiveVar: 100,
    exportedWh: 2_000,
    importedWh: 1_000,
    frequencyHz: 50,
  });
});

test("a meter with both layouts is read by its floats", () => {
  const plan = sunspecMeter.plan(mapOf([203, 105], [213, 124]));
  expect(plan.ok && plan.value.map(({ count }) => count > 0)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
    false,
    false,
    false, // identity: this map has no model 1
  ]);
});

test.each([201, 202, 204])("an integer meter %d has the layout of 203", (id) => {
  expect(readings(image(mapOf([id, 105]), integerMeter()))).toMatchObject({ powerW: -1_234_000, frequencyHz: 49.98 });
});

test.each([211, 212, 214])("a float meter %d has the layout of 213", (id) => {
  expect(readings(image(mapOf([id, 124]), new HandMadeMeter().registers))).toMatchObject({
    powerW: 1e6,
    voltageV: 240,
  });
});

test("a delta meter has no phase voltage: it is reckoned from the line voltage", () => {
  const registers = integerMeter();
  registers[70 + 7] = 0x8000;
  registers[70 + 11] = 4_000; // 400.0 V
  expect(readings(image(mapOf([204, 105]), registers))["voltageV"]).toBeCloseTo(230.94, 2);
});

test("a float meter with its words exchanged is found out by its frequency", () => {
  const { registers } = new HandMadeMeter();
  const swapped = registers.map((_, at) => (at >= 72 && at < 196 ? (registers[at ^ 1] ?? 0) : (registers[at] ?? 0)));
  const lint = (image: Uint16Array) => sunspecMeter.lint(meterConfig, blocksOf(mapOf([213, 124]), image));
  expect(lint(registers)).toEqual([]);
  expect(lint(swapped)).toMatchObject([{ point: "Hz", cause: "word-order" }]);
});

test("a meter with neither is none of ours", () => {
  expect(sunspecMeter.plan(mapOf([64_204, 105]))).toMatchObject({ ok: false, error: { code: "device.model-missing" } });
});

test.each([
  ["NaN", 0x7fc0, 0],
  ["another NaN", 0xffff, 0xffff],
  ["infinity", 0x7f80, 0],
  ["the NaN that some encoders write as 2143289344", 0x4eff, 0x8000],
])("a power of %s is missing, and the rest is not", (_, high, low) => {
  const meter = new HandMadeMeter();
  meter.put(40070 + 28, high, low);
  const read = readings(image(mapOf([213, 124]), meter.registers));
  expect(read).toMatchObject({ powerW: "missing", frequencyHz: 50 });
});

/** Models one after the other from 40070. */
function mapOf(...models: readonly (readonly [id: number, length: number])[]): DeviceMap {
  let address = 40_070;
  const identity = { manufacturer: "Test Works", model: "M", version: "1", serialNumber: "1" };
  const places = models.map(([id, length]) => {
    const place = { id, address, length };
    address += length + 2;
    return place;
  });
  return { identity, models: places };
}

/** Model 203 typed by hand; registers from 40000, the model's ID register at 40070. */
function integerMeter(): Uint16Array {
  const registers = new Uint16Array(200).fill(0x8000);
  const put = (offset: number, ...words: readonly number[]) => registers.set(words, 70 + offset);
  put(0, 203, 105);
  put(7, 2_395);
  put(15, 0xffff); // V_SF -1
  put(16, 4_998, 0xfffe); // Hz, Hz_SF -2
  put(18, 0xfb2e); // -1234
  put(22, 3); // kW
  put(28, 50);
  put(32, 3);
  put(46, 0, 0);
  put(54, 2);
  put(38, 0x0001, 0x0001); // 65,537 hundreds of Wh
  return registers;
}

function blocksOf(map: DeviceMap, registers: Uint16Array): Block[] {
  const plan = sunspecMeter.plan(map);
  if (!plan.ok) throw new Error(plan.error.code);
  return plan.value.map(
    ({ address, count, everyMs }): Block => ({
      registers: count === 0 ? new Uint16Array(0) : registers.slice(address - 40_000, address - 40_000 + count),
      readAtMs: count === 0 ? Number.NaN : 0,
      everyMs,
    }),
  );
}

function image(map: DeviceMap, registers: Uint16Array, sign: 1 | -1 = 1): MeterImage {
  const blocks = blocksOf(map, registers);
  const view = {
    nowMs: MonotonicMs(10),
    freshMs: Ms(500),
    believedUntilMs: Number.POSITIVE_INFINITY,
    refused: good(false, Ms(0)),
  };
  return sunspecMeter.image({ ...meterConfig, sign }, blocks, view);
}

const readings = (meter: MeterImage): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(meter).map(([name, reading]) => [
      name,
      reading.quality === "missing" ? "missing" : reading.value + 0,
    ]),
  );

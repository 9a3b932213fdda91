import { expect, test } from "vitest";
import { createMeterReading, Meter, type MeterModel } from "./meter.ts";

const reading = {
  ...createMeterReading(),
  powerW: -1_234_560,
  reactivePowerVar: 200_000,
  voltageV: 11_050,
  frequencyHz: 49.98,
  exportedWh: 12_345_600,
  importedWh: 99_900,
};

function shown(model: MeterModel, key: string): number {
  const meter = new Meter("meter-1", reading, { model, powerWMax: 8e6, voltageVNominal: 11_000 });
  const point = meter.image.point(`${model}.${key}`);
  meter.readHolding(point.address, point.registers);
  return meter.image.value(point);
}

test.each([201, 202, 203, 204, 211, 212, 213, 214] as const)("meter %d shows what is so at the connection", (model) => {
  const isInteger = model < 211;
  expect(Math.abs(shown(model, "W") - reading.powerW)).toBeLessThanOrEqual(isInteger ? 500 : 1);
  expect(shown(model, "Hz")).toBeCloseTo(49.98, 2);
  expect(Math.abs(shown(model, "TotWhExp") - 12_345_600)).toBeLessThanOrEqual(isInteger ? 50 : 1);
  expect(Math.abs(shown(model, "TotWhImp") - 99_900)).toBeLessThanOrEqual(isInteger ? 50 : 1);
});

test.each([
  // model   phase A     phase B           phase C
  [201, false, true, true],
  [202, false, false, true],
  [203, false, false, false],
  [204, false, false, false],
  [213, false, false, false],
] as const)("meter %d implements only the phases it has", (model, a, b, c) => {
  expect([shown(model, "WphA"), shown(model, "WphB"), shown(model, "WphC")].map(Number.isNaN)).toEqual([a, b, c]);
});

test("an acc32 wraps rather than stopping at its end", () => {
  const meter = new Meter("meter-1", { ...reading, exportedWh: 2 ** 32 + 500 }, { model: 203, powerWMax: 1e5 });
  const point = meter.image.point("203.TotWhExp");
  meter.readHolding(point.address, point.registers);
  expect(meter.image.value(point)).toBe(500);
});

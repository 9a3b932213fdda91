import { existsSync, readFileSync } from "node:fs";
import { InvariantViolation } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { createBattery } from "../plant/battery.ts";
import { homeBattery, twoHourContainer } from "../plant/ratings.ts";
import { BatteryUnit, batteryUnitModels } from "./battery-unit.ts";
import { createMeterReading, Meter } from "./meter.ts";
import { common } from "./models/common.ts";
import { floatMeter } from "./models/float-meter.ts";
import { integerMeter } from "./models/integer-meter.ts";
import { immediateControls, storageControl } from "./models/legacy-controls.ts";
import { legacyInverter } from "./models/legacy-inverter.ts";
import { legacyFloatInverter } from "./models/legacy-inverter-float.ts";
import { basicSettings, nameplate } from "./models/legacy-ratings.ts";
import { extendedStatus } from "./models/legacy-status.ts";
import { lithiumBank } from "./models/lithium-bank.ts";
import { registersOf } from "./models/model.ts";
import { storageCapacity } from "./models/storage.ts";
import { baseAddress, type PointValue, RegisterImage, scaleFactorFor } from "./register-image.ts";

const surroundings = { frequencyHz: 50, voltagePu: 1, ambientC: 20 };
const unit = new BatteryUnit("unit-1", createBattery(twoHourContainer, 0.5, 20), surroundings);
const home = new BatteryUnit("unit-2", createBattery(homeBattery, 0.5, 20), surroundings);
const meter = new Meter("meter-1", createMeterReading());

const models = [
  ...batteryUnitModels,
  lithiumBank(3),
  integerMeter,
  floatMeter,
  legacyInverter,
  legacyFloatInverter,
  nameplate,
  basicSettings,
  extendedStatus,
  immediateControls,
  storageControl,
];

test.each(models)("model $id is covered register by register, no gap and no overlap", (model) => {
  let next = 2;
  for (const [offset, , type] of model.points) {
    expect(offset).toBe(next);
    next += registersOf[type];
  }
  expect(next).toBe(model.length + 2);
});

test.each([
  // device, address, model, length
  ["unit", unit, 40_002, 1, 66],
  ["unit", unit, 40_070, 701, 153],
  ["unit", unit, 40_225, 702, 50],
  ["unit", unit, 40_277, 703, 17],
  ["unit", unit, 40_296, 704, 65],
  ["unit", unit, 40_363, 713, 7],
  ["unit", unit, 40_372, 714, 43],
  ["unit", unit, 40_417, 715, 7],
  ["unit", unit, 40_426, 802, 62],
  ["unit", unit, 40_490, 0xffff, 0],
  ["meter", meter, 40_002, 1, 66],
  ["meter", meter, 40_070, 213, 124],
  ["meter", meter, 40_196, 0xffff, 0],
] as const)("a %s has at %#: address, model, length", (_, device, address, model, length) => {
  expect(device.readHolding(address, 2)).toEqual(Uint16Array.of(model, length));
});

test("every map begins with SunS at 40000", () => {
  for (const device of [unit, home, meter]) {
    expect(device.readHolding(40_000, 2)).toEqual(Uint16Array.of(0x5375, 0x6e53));
  }
});

test.each([
  ["701.W", 40_080],
  ["701.Hz", 40_087],
  ["704.WSetEna", 40_318],
  ["704.WSet", 40_320],
  ["704.WSetRvrtTms", 40_327],
  ["713.SoC", 40_367],
  ["714.Prt.Tmp", 40_413],
  ["715.DERHb", 40_420],
  ["715.ControllerHb", 40_422],
  ["802.SoC", 40_437],
  ["802.CtrlHb", 40_445],
])("%s of a unit is at %d", (key, address) => {
  expect(unit.image.point(key).address).toBe(address);
});

test("a unit that tells of its strings shows 803 behind 802, each string with its own block", () => {
  const strung = new BatteryUnit("unit-3", createBattery(twoHourContainer, 0.5, 20), surroundings, { strings: 2 });
  expect(strung.readHolding(40_490, 2)).toEqual(Uint16Array.of(803, 26 + 64));
  expect(strung.image.point("803.Str[1].StrSoC").address).toBe(40_490 + 28 + 32 + 4);
  const point = strung.image.point("803.Str[1].StrSoC");
  strung.readHolding(point.address, 1);
  expect(strung.image.value(point)).toBe(50);
});

test.each([
  // max          raw max   finest   exponent
  [1_927_000, 0x7fff, 0, 2],
  [5000, 0x7fff, 0, 0],
  [3_854_000, 0xfffe, 0, 2],
  [13_500, 0xfffe, 0, 0],
  [28, 0x7fff, -1, -1],
])("%d in %d needs a scale factor of at least %d: %d", (max, rawMax, finest, exponent) => {
  expect(scaleFactorFor(max, rawMax, finest)).toBe(exponent);
});

test("a container counts power in hundreds of watts, a home battery in watts", () => {
  expect(unit.image.value(unit.image.point("701.W_SF"))).toBe(2);
  expect(home.image.value(home.image.point("701.W_SF"))).toBe(0);
  expect(unit.image.value(unit.image.point("702.WMaxRtg"))).toBe(1_927_000);
  expect(home.image.value(home.image.point("702.WMaxRtg"))).toBe(5000);
});

test("what a device does not have reads as not implemented", () => {
  expect(home.readHolding(40_085, 1)).toEqual(Uint16Array.of(0xffff)); // 701 LLV of a single-phase unit.
  expect(home.readHolding(40_111, 1)).toEqual(Uint16Array.of(0x8000)); // 701 WL1.
  expect(unit.readHolding(40_302, 2)).toEqual(Uint16Array.of(0xffff, 0xffff)); // 704 PFWInjRvrtRem.
  expect(meter.readHolding(40_070 + 62, 2)).toEqual(Uint16Array.of(0x7fc0, 0)); // 213 TotWhExpPhA: NaN.
});

test.each(Array.from({ length: 50 }, (_, seed) => seed))("what is encoded can be decoded (seed %d)", (seed) => {
  const rng = new Rng(`image-${seed}`);
  const values = { WHRtg: rng.between(0, 60e6), SoC: rng.between(0, 100), WH_SF: 3, Pct_SF: -2 };
  const image = new RegisterImage([common, storageCapacity], { 713: values });
  expect(Math.abs(image.value(image.point("713.WHRtg")) - values.WHRtg)).toBeLessThanOrEqual(500);
  expect(image.value(image.point("713.SoC"))).toBeCloseTo(values.SoC, 1);
});

test("64-bit counters and floats survive their registers", () => {
  const exportedWh = 123_456_789_012;
  const image = new RegisterImage(batteryUnitModels, { 701: { TotWhInj: exportedWh, TotWh_SF: 0 } });
  const point = image.point("701.TotWhInj");
  expect(image.value(point)).toBe(exportedWh);
  const floats = new RegisterImage([floatMeter], { 213: { W: -49_012_345 } });
  expect(floats.value(floats.point("213.W"))).toBe(Math.fround(-49_012_345));
});

test("a value under a scale factor nobody gave, or for a point that does not exist, is our own mistake", () => {
  expect(() => new RegisterImage([storageCapacity], { 713: { WHRtg: 1 } })).toThrow(InvariantViolation);
  expect(() => new RegisterImage([storageCapacity], { 713: { Soc: 1 } })).toThrow(InvariantViolation);
});

interface GoldenModel {
  readonly model: number;
  readonly scale_factors: Readonly<Record<string, number>>;
  readonly values: Readonly<Record<string, number | string>>;
  readonly hex: string;
}

/** Register images made by an independent SunSpec implementation; they come with the workspace, not with a clone. */
const goldenFile = new URL("../../../shared/reference/sunspec/golden.json", import.meta.url);
const golden: GoldenModel[] = existsSync(goldenFile)
  ? Object.values((JSON.parse(readFileSync(goldenFile, "utf8")) as { models: Record<string, GoldenModel> }).models)
  : [];
const ours = [...batteryUnitModels, integerMeter, floatMeter];

test.skipIf(golden.length === 0).each(ours.filter(({ id }) => golden.some(({ model }) => model === id)))(
  "model $id encodes as the golden image (skipped without the shared reference)",
  (model) => {
    const reference = golden.find((each) => each.model === model.id);
    const values: Record<string, PointValue> = { ...reference?.values, ...reference?.scale_factors };
    // The reference writes 0 into padding where we write the not-implemented value.
    if (model.points.some(([, name]) => name === "Pad")) values["Pad"] = 0;
    const image = new RegisterImage([model], { [model.id]: values });
    const words = image.read(baseAddress + 2, model.length + 2);
    expect(Array.from(words, (word) => word.toString(16).padStart(4, "0")).join("")).toBe(reference?.hex);
  },
);

import { beforeEach, expect, test } from "vitest";
import { type Battery, createBattery, stepBattery } from "../plant/battery.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import { LegacyUnit } from "./legacy-unit.ts";

let battery: Battery;
let unit: LegacyUnit;
let nowMs: number;

beforeEach(() => {
  battery = createBattery(twoHourContainer, 0.5, 15);
  unit = new LegacyUnit("unit-1", battery, { frequencyHz: 50, voltagePu: 1, ambientC: 15 }, { base: 50_000 });
  nowMs = 0;
});

function run(seconds: number): void {
  for (const endMs = nowMs + seconds * 1000; nowMs < endMs; ) {
    nowMs += 50;
    unit.tick(nowMs);
    stepBattery(battery, nowMs, 50, 1, 15, unit.state.isConnected);
  }
}

const at = (key: string): number => unit.image.point(key).address;
const write = (key: string, ...words: number[]): number => unit.writeHolding(at(key), Uint16Array.from(words));
/** Rates in percent, timer in seconds, then the mode. */
function command(dischargePercent: number, chargePercent: number, timeS = 0, mode = 3): void {
  const raw = (percent: number) => (percent * 100) & 0xffff;
  expect(write("124.OutWRte", raw(dischargePercent), raw(chargePercent), 0, timeS, 0)).toBe(0);
  expect(write("124.StorCtl_Mod", mode)).toBe(0);
}
function shown(key: string): number {
  const point = unit.image.point(key);
  unit.readHolding(point.address, point.registers);
  return unit.image.value(point);
}

test("the map begins at 50000 and has 103 and 120 to 124 in order", () => {
  expect(unit.readHolding(50_000, 2)).toEqual(Uint16Array.of(0x5375, 0x6e53));
  const ids: number[] = [];
  for (let address = 50_002; ; ) {
    const [id = 0, length = 0] = unit.readHolding(address, 2) as Uint16Array;
    if (id === 0xffff) break;
    ids.push(id);
    address += 2 + length;
  }
  expect(ids).toEqual([1, 103, 120, 121, 122, 123, 124]);
  expect(unit.readHolding(40_000, 1)).toBe(2);
});

test.each([
  // greatest discharge %   greatest charge %   mode   power, kW
  [40, -40, 3, 770.8],
  [-40, 40, 3, -770.8],
  [100, 100, 3, 0],
  [0, 0, 3, 0],
  [40, -40, 0, 0],
  [-20, 100, 2, -385.4],
  [100, -20, 1, 385.4],
])("a band of %d % out and %d % in with mode %d gives %d kW", (out, into, mode, powerKW) => {
  command(out, into, 0, mode);
  run(3);
  expect(battery.inverter.powerW / 1e3).toBeCloseTo(powerKW, 0);
  expect(shown("103.W") / 1e3).toBeCloseTo(powerKW, 0);
});

test("the rates fall away with their timer, and each write restarts it", () => {
  command(40, -40, 5);
  run(4);
  command(40, -40, 5);
  run(4);
  expect(battery.inverter.powerW).toBeCloseTo(770_800, -2);
  run(3);
  expect(shown("124.StorCtl_Mod")).toBe(0);
  expect(battery.inverter.powerW).toBeCloseTo(0, -2);
});

test("a limit of 123 caps what 124 asks, disconnecting ends it", () => {
  command(50, -50);
  write("123.WMaxLimPct", 300);
  write("123.WMaxLim_Ena", 1);
  run(3);
  expect(battery.inverter.powerW).toBeCloseTo(578_100, -2);
  write("123.Conn", 0);
  run(1);
  expect(battery.inverter.powerW).toBe(0);
});

test("vars are percent of the nameplate power", () => {
  expect(write("123.VArWMaxPct", 1_000, 0x8000, 0x8000, 0, 10, 0, 1, 1)).toBe(0);
  run(3);
  expect(battery.inverter.reactivePowerVar).toBeCloseTo(192_700, -2);
});

test.each([
  ["124.OutWRte", [10_001]],
  ["124.StorCtl_Mod", [4]],
  ["123.Conn", [2]],
])("%s refuses %o with an illegal value", (key, words) => {
  expect(write(key, ...words)).toBe(3);
});

test("measurements and nameplate are read-only", () => {
  expect(write("103.W", 1)).toBe(2);
  expect(write("120.WRtg", 1)).toBe(2);
});

test("a restart forgets every set-point", () => {
  command(40, -40);
  run(2);
  unit.restart();
  run(3);
  expect(battery.inverter.powerW).toBeCloseTo(0, -2);
  expect(shown("124.OutWRte")).toBe(100);
});

test("in floats it is model 113, to the watt", () => {
  const float = new LegacyUnit("unit-2", battery, { frequencyHz: 50, voltagePu: 1, ambientC: 15 }, { isFloat: true });
  expect(float.image.find("103.W")).toBeUndefined();
  battery.inverter.powerW = 123_457;
  const point = float.image.point("113.W");
  float.readHolding(point.address, point.registers);
  expect(float.image.value(point)).toBe(123_457);
});

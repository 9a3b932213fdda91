import { beforeEach, expect, test } from "vitest";
import { type Battery, createBattery, stepBattery } from "../plant/battery.ts";
import { twoHourContainer } from "../plant/ratings.ts";
import { BatteryUnit } from "./battery-unit.ts";
import type { Surroundings } from "./surroundings.ts";

let surroundings: Surroundings;
let battery: Battery;
let unit: BatteryUnit;
let nowMs: number;

beforeEach(() => {
  surroundings = { frequencyHz: 50, voltagePu: 1, ambientC: 15 };
  battery = createBattery(twoHourContainer, 0.5, 15);
  unit = new BatteryUnit("unit-1", battery, surroundings);
  nowMs = 0;
});

/** Lets the firmware and the physics run. */
function run(seconds: number): void {
  for (const endMs = nowMs + seconds * 1000; nowMs < endMs; ) {
    nowMs += 50;
    unit.tick(nowMs);
    stepBattery(battery, nowMs, 50, 1, 15, unit.state.isConnected);
  }
}

const at = (key: string): number => unit.image.point(key).address;
const words32 = (value: number): [number, number] => [(value >> 16) & 0xffff, value & 0xffff];

/** Reads a point as a controller does, over the registers. */
function shown(key: string): number {
  const point = unit.image.point(key);
  unit.readHolding(point.address, point.registers);
  return unit.image.value(point);
}

/** The whole set-point block of 704 in one write, as a careful controller does it. */
function command(powerW: number, timeS: number, fallBackW = 0, fallBackEnabled = 1): number {
  return unit.writeHolding(
    at("704.WSetEna"),
    Uint16Array.of(1, 1, ...words32(powerW), ...words32(fallBackW), 0x8000, 0x8000, fallBackEnabled, ...words32(timeS)),
  );
}

const beat = (count: number): number => unit.writeHolding(at("715.ControllerHb"), Uint16Array.of(...words32(count)));

test("a set-point is followed and shown", () => {
  expect(command(-500_000, 10)).toBe(0);
  run(2);
  expect(shown("701.W")).toBe(-500_000);
  expect(shown("704.WSet")).toBe(-500_000);
  expect(shown("802.ChaSt")).toBe(4);
  expect(shown("714.DCW")).toBeGreaterThan(-500_000);
});

test("a set-point nobody repeats reverts when its time is over, and not before", () => {
  command(1_000_000, 5);
  run(4.9);
  expect(shown("701.W")).toBe(1_000_000);
  expect(shown("704.WSetRvrtRem")).toBe(1);
  run(2);
  expect(shown("701.W")).toBe(0);
  expect(shown("704.WSet")).toBe(0);
  expect(shown("704.WSetRvrtRem")).toBe(0);
  expect(unit.state.power.reverted).toBe(true);
});

test("every write to the block starts the time again", () => {
  command(1_000_000, 5);
  for (let round = 0; round < 4; round++) {
    run(4);
    expect(unit.writeHolding(at("704.WSet"), Uint16Array.of(...words32(900_000)))).toBe(0);
  }
  expect(shown("701.W")).toBe(900_000);
  expect(unit.state.power.reverted).toBe(false);
});

test("a unit reverts to the value it was given, which need not be zero", () => {
  command(1_000_000, 5, -200_000);
  run(8);
  expect(shown("701.W")).toBe(-200_000);
});

test("reversion that disables the set-point brings the unit to rest", () => {
  command(1_000_000, 5, 700_000, 0);
  run(8);
  expect(shown("704.WSetEna")).toBe(0);
  expect(shown("701.W")).toBe(0);
});

test("a time of 0 never reverts", () => {
  command(1_000_000, 0);
  run(120);
  expect(shown("701.W")).toBe(1_000_000);
});

test("percent mode takes its percentage of the power setting", () => {
  unit.writeHolding(at("704.WSetPct"), Uint16Array.of(0x10000 - 250));
  unit.writeHolding(at("704.WSetEna"), Uint16Array.of(1, 0));
  run(2);
  expect(shown("701.W") / 1_927_000).toBeCloseTo(-0.25, 3);
});

test("reactive power has a timer of its own", () => {
  const block = Uint16Array.of(1, 4, 0, ...words32(600_000), 0, 0, 0x8000, 0x8000, 1, ...words32(5));
  expect(unit.writeHolding(at("704.VarSetEna"), block)).toBe(0);
  command(500_000, 60);
  run(3);
  expect([shown("701.Var"), shown("701.W")]).toEqual([600_000, 500_000]);
  run(6);
  expect([shown("701.Var"), shown("701.W")]).toEqual([0, 500_000]);
});

test("a power cap limits discharge only, and reverts", () => {
  unit.writeHolding(at("704.WMaxLimPctEna"), Uint16Array.of(1, 500, 1000, 0, ...words32(20)));
  command(1_927_000, 0);
  run(3);
  expect(shown("701.W") / 1_927_000).toBeCloseTo(0.5, 3);
  command(-1_927_000, 0);
  run(3);
  expect(shown("701.W")).toBe(-1_927_000);
  command(1_927_000, 0);
  run(20);
  expect(shown("701.W")).toBe(1_927_000);
});

test("a narrowed setting holds back a set-point that is inside the rating", () => {
  expect(unit.writeHolding(at("702.WDisChaRteMax"), Uint16Array.of(10_000))).toBe(0);
  command(1_500_000, 0);
  run(2);
  expect(shown("701.W")).toBe(1_000_000);
});

test("the ramp setting slows the power stage", () => {
  expect(unit.writeHolding(at("704.WRmp"), Uint16Array.of(10))).toBe(0);
  command(1_927_000, 0);
  run(5);
  expect(shown("701.W") / 1_927_000).toBeCloseTo(0.49, 1);
});

test("a controller whose heartbeat stood still for 10 s has lost the unit until it beats again", () => {
  command(1_000_000, 0);
  beat(1);
  run(9.9);
  expect(shown("701.W")).toBe(1_000_000);
  expect(beat(1)).toBe(0); // The same number is not a beat.
  run(3);
  expect(shown("701.W")).toBe(0);
  expect(shown("701.Alrm") & (1 << 16)).toBeTruthy();
  expect(shown("802.Evt1") & 1).toBe(1);
  beat(2);
  run(2);
  expect(shown("701.W")).toBe(1_000_000);
  expect(shown("701.Alrm")).toBe(0);
});

test("a controller that never beats is not supervised", () => {
  command(1_000_000, 0);
  run(60);
  expect(shown("701.W")).toBe(1_000_000);
});

test("the unit's own heartbeats count seconds and begin again before they run over", () => {
  run(12);
  expect([shown("715.DERHb"), shown("802.Hb")]).toEqual([12, 12]);
  unit.tick(86_400_000 + 3000);
  expect(shown("715.DERHb")).toBe(3);
  unit.tick(65_535_000);
  expect(shown("802.Hb")).toBe(0);
});

test.each([
  // what                              point                  words                       exception
  ["a reading", "701.W", [0], 2],
  ["a rating", "702.WMaxRtg", [100], 2],
  ["a remaining time", "704.WSetRvrtRem", [0, 5], 2],
  ["a function the unit has not", "704.PFWInjEna", [1], 2],
  ["half a set-point", "704.WSet", [1], 2],
  ["a set-point beyond the rating", "704.WSet", words32(1_927_001), 3],
  ["a charge beyond the rating", "704.WSet", words32(-1_927_001), 3],
  ["a set-point that is not implemented", "704.WSet", [0x8000, 0], 3],
  ["a fall-back beyond the rating", "704.WSetRvrt", words32(3_000_000), 3],
  ["vars beyond the rating", "704.VarSet", words32(1_430_001), 3],
  ["a mode that does not exist", "704.WSetMod", [2], 3],
  ["a setting wider than the nameplate", "702.WMax", [19_271], 3],
  ["a setting that narrows", "702.WMax", [10_000], 0],
  ["a legal set-point", "704.WSet", words32(1_927_000), 0],
  ["no words at all", "704.WSet", [], 3],
  ["more than 123 words", "704.WSet", new Array(124).fill(0), 3],
] as const)("writing %s to %s is answered as it should be", (_, key, words, exception) => {
  expect(unit.writeHolding(at(key), Uint16Array.from(words))).toBe(exception);
});

test("a refused write changes nothing and is not reported", () => {
  const seen: number[] = [];
  unit.observeWrite = (_, address) => seen.push(address);
  command(400_000, 0);
  expect(command(9_000_000, 0)).toBe(3);
  run(2);
  expect(shown("701.W")).toBe(400_000);
  expect(seen).toEqual([at("704.WSetEna")]);
});

test("under local control the unit rests and refuses set-points; its heartbeat register still works", () => {
  command(1_000_000, 0);
  run(2);
  unit.setLocal(true);
  run(2);
  expect([shown("701.W"), shown("715.LocRemCtl"), shown("802.LocRemCtl")]).toEqual([0, 1, 1]);
  expect(command(500_000, 10)).toBe(4);
  expect(beat(7)).toBe(0);
  unit.setLocal(false);
  run(2);
  expect(shown("701.W")).toBe(1_000_000);
});

test.each([
  ["715.OpCtl", 0],
  ["703.ES", 0],
  ["802.SetOp", 2],
  ["802.SetInvState", 1],
])("%s = %d brings the unit to rest", (key, value) => {
  command(1_000_000, 0);
  run(2);
  expect(unit.writeHolding(at(key), Uint16Array.of(value))).toBe(0);
  run(2);
  expect([shown("701.W"), shown("701.St")]).toEqual([0, 0]);
});

test("after the grid was away the unit waits its enter-service delay before it works again", () => {
  command(1_000_000, 0);
  run(2);
  surroundings.voltagePu = 0;
  run(0.05);
  expect([shown("701.W"), shown("701.ConnSt")]).toEqual([0, 0]);
  expect(shown("701.Alrm") & (1 << 4)).toBeTruthy();
  surroundings.voltagePu = 1;
  run(5);
  expect(shown("701.W")).toBe(0);
  expect(shown("703.ESDlyRemTms")).toBe(6);
  run(8);
  expect(shown("701.W")).toBe(1_000_000);
});

test("outside the enter-service window the delay does not begin", () => {
  surroundings.voltagePu = 0;
  run(1);
  surroundings.voltagePu = 0.85;
  run(60);
  expect(shown("701.ConnSt")).toBe(0);
});

test("a restarted unit has forgotten its set-point, its heartbeats and its supervision", () => {
  command(1_000_000, 0);
  beat(5);
  run(5);
  unit.restart();
  run(20);
  expect([shown("701.W"), shown("704.WSetEna"), shown("715.ControllerHb")]).toEqual([0, 0, 0]);
  expect(shown("715.DERHb")).toBe(20);
  expect(unit.state.isControllerLost).toBe(false);
});

test("energy, state of charge and voltages agree with the cells", () => {
  run(1);
  expect(shown("713.WHRtg")).toBe(3_854_000);
  expect(shown("713.WHAvail")).toBe(1_927_000);
  expect([shown("713.SoC"), shown("802.SoC")]).toEqual([50, 50]);
  expect(shown("802.CellVMin")).toBeLessThan(shown("802.CellVAvg"));
  expect(shown("802.CellVMax")).toBeGreaterThan(shown("802.CellVAvg"));
});

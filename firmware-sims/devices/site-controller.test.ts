import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { createSite } from "../sites/index.ts";

const INT32 = (value: number) => [(value >> 16) & 0xffff, value & 0xffff];
const TOTAL_W = 6 * 1_927_000;

test("the map is in blocks: within one a register nobody names reads 0, between them there is nothing", () => {
  const { device } = bench();
  expect(device.readHolding(100, 47)).toHaveLength(47);
  expect(Array.from(device.readHolding(136, 3) as Uint16Array)).toEqual([0, 0, 0]);
  expect(device.readHolding(140, 100)).toBe(2);
  expect(device.readHolding(40_000, 2)).toBe(2);
});

test("what it can is the sum of the units that answer", () => {
  const { site, device, run, int32 } = bench();
  expect(int32(141)).toBeCloseTo(TOTAL_W, -2);
  expect(int32(205)).toBe(6 * 3_854_000);
  site.faults.inject("unit-3", { kind: "silent" });
  run(100);
  expect(int32(139)).toBeCloseTo((TOTAL_W * 5) / 6, -2);
  expect(device.readHolding(218, 1)).toEqual(Uint16Array.of(5));
});

test("a set-point is ramped as told and shared, and the units give it", () => {
  const { device, run, int32, powerW, beat } = bench();
  beat();
  device.writeHolding(1024, Uint16Array.from(INT32(1_000_000)));
  device.writeHolding(1020, Uint16Array.from(INT32(6_000_000)));
  run(500);
  expect(powerW()).toBe(0); // In no mode it keeps the set-point and does not follow it.
  device.writeHolding(1000, Uint16Array.of(1));
  run(1_000);
  expect(int32(201)).toBeCloseTo(1_000_000, -5);
  for (let second = 0; second < 7; second++) {
    beat();
    run(1_000);
  }
  expect(powerW()).toBeCloseTo(6_000_000, -4);
});

test("a heartbeat that repeats itself is none: the command expires after its timeout and everything rests", () => {
  const { device, run, powerW, beat } = bench();
  device.writeHolding(1023, Uint16Array.of(10));
  beat();
  device.writeHolding(1020, Uint16Array.from(INT32(-3_000_000)));
  device.writeHolding(1000, Uint16Array.of(1));
  for (let second = 0; second < 9; second++) {
    device.writeHolding(1022, Uint16Array.of(0xaa55));
    run(1_000);
  }
  expect(powerW()).toBeCloseTo(-3_000_000, -4);
  run(3_000);
  expect(powerW()).toBeCloseTo(0, -3);
  expect(Array.from(device.readHolding(1000, 1) as Uint16Array)).toEqual([0]);
  expect(Array.from(device.readHolding(1020, 2) as Uint16Array)).toEqual([0, 0]);
});

test("after a shutdown, and after the end of one, no start is taken for a minute", () => {
  const { device, run } = bench();
  expect(device.writeHolding(1500, Uint16Array.of(1))).toBe(0);
  expect(device.writeHolding(1000, Uint16Array.of(1))).toBe(4);
  run(61_000);
  expect(device.writeHolding(1500, Uint16Array.of(0))).toBe(0);
  expect(device.writeHolding(1000, Uint16Array.of(1))).toBe(4);
  run(61_000);
  expect(device.writeHolding(1000, Uint16Array.of(1))).toBe(0);
});

test.each([
  ["a set-point beyond all units", 1020, INT32(TOTAL_W + 1_000), 3],
  ["a mode nobody knows", 1000, [7], 3],
  ["no timeout", 1023, [0], 3],
  ["half a set-point", 1021, [1], 2],
  ["its serial number", 118, [1], 2],
])("%s is refused", (_, address, values, exception) => {
  expect(bench().device.writeHolding(address, Uint16Array.from(values))).toBe(exception);
});

test("a controller that falls silent leaves its units to their own timers", () => {
  const { site, device, run, powerW, beat } = bench();
  beat();
  device.writeHolding(1020, Uint16Array.from(INT32(3_000_000)));
  device.writeHolding(1000, Uint16Array.of(1));
  run(5_000);
  expect(powerW()).toBeGreaterThan(2_900_000);
  for (const { id } of site.units) site.faults.inject(id, { kind: "silent" });
  run(8_000);
  expect(powerW()).toBeCloseTo(0, -3);
});

function bench() {
  const site = createSite("controller", { rng: new Rng(1), startMs: 0 as UtcMs, soc: 0.5 });
  const device = site.siteController;
  if (device === undefined) throw new Error("the site has a controller");
  let isOdd = false;
  return {
    site,
    device,
    run(forMs: number) {
      for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 50) site.step(50);
    },
    powerW: () => site.truth.batteryPowerW,
    int32(address: number) {
      const [high = 0, low = 0] = device.readHolding(address, 2) as Uint16Array;
      return (high << 16) | low;
    },
    beat() {
      isOdd = !isOdd;
      device.writeHolding(1022, Uint16Array.of(isOdd ? 0xaa55 : 0x55aa));
    },
  };
}

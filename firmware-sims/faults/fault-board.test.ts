import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { beforeEach, expect, test } from "vitest";
import { noAnswer } from "../devices/modbus-device.ts";
import { createSite, type SiteSim } from "../sites/index.ts";

let site: SiteSim;

beforeEach(() => {
  site = createSite("feeder", { rng: new Rng("faults"), startMs: 1_750_000_000_000 as UtcMs, soc: 0.5 });
});

function run(seconds: number): void {
  for (let count = 0; count < seconds * 20; count++) site.step(50);
}

const device = (id: string) => {
  const found = site.deviceById(id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};
const command = (id: string, powerW: number): number =>
  device(id).writeHolding(40_318, Uint16Array.of(1, 1, (powerW >> 16) & 0xffff, powerW & 0xffff));
const heartbeat = (id: string) => {
  const words = device(id).readHolding(40_420, 2);
  return typeof words === "number" ? words : words.slice();
};

test("a silent device does not answer, and does again when its time is over", () => {
  expect(site.faults.inject("unit-2", { kind: "silent", durationMs: 5000 }).ok).toBe(true);
  expect(device("unit-2").readHolding(40_000, 2)).toBe(noAnswer);
  expect(command("unit-2", 100_000)).toBe(noAnswer);
  expect(device("unit-2").handle(Uint8Array.of(3, 0x9c, 0x40, 0, 2))).toBeUndefined();
  run(4);
  expect(device("unit-2").readHolding(40_000, 2)).toBe(noAnswer);
  run(2);
  expect(device("unit-2").readHolding(40_000, 2)).toEqual(Uint16Array.of(0x5375, 0x6e53));
});

test("a silent device goes on doing what it was told", () => {
  command("unit-1", 800_000);
  run(2);
  site.faults.inject("unit-1", { kind: "silent" });
  run(5);
  expect(site.truth.units[0]?.powerW).toBeCloseTo(800_000, 0);
});

test("a slow device says how late its answer is", () => {
  site.faults.inject("unit-1", { kind: "slow", delayMs: 300 });
  expect(device("unit-1").trouble.delayMs).toBe(300);
  expect(device("unit-1").readHolding(40_000, 1)).toEqual(Uint16Array.of(0x5375));
});

test("a frozen device keeps its registers, heartbeat too, while its power moves", () => {
  run(3);
  site.faults.inject("unit-1", { kind: "frozen" });
  const before = heartbeat("unit-1");
  command("unit-1", 800_000);
  run(5);
  expect(heartbeat("unit-1")).toEqual(before);
  expect(device("unit-1").readHolding(40_080, 1)).toEqual(Uint16Array.of(0));
  expect(site.truth.units[0]?.powerW).toBeCloseTo(800_000, 0);
  site.faults.clear("unit-1");
  expect(device("unit-1").readHolding(40_080, 1)).toEqual(Uint16Array.of(8000));
});

test("a lying meter is wrong by a factor and an offset, and only on its registers", () => {
  run(1);
  const shownW = () => {
    const words = site.meter.readHolding(40_098, 2) as Uint16Array;
    const view = new DataView(new ArrayBuffer(4));
    view.setUint16(0, words[0] ?? 0);
    view.setUint16(2, words[1] ?? 0);
    return view.getFloat32(0);
  };
  const trueW = Math.fround(site.truth.gridPowerW);
  expect(shownW()).toBe(trueW);
  site.faults.inject("meter-1", { kind: "lying", point: "213.W", factor: -1, offset: 5000 });
  expect(shownW()).toBeCloseTo(5000 - trueW, -1);
  expect(Math.fround(site.truth.gridPowerW)).toBe(trueW);
  site.faults.clear("meter-1");
  expect(shownW()).toBe(trueW);
});

test("a rebooting unit is gone, loses its set-point, and comes back at rest", () => {
  command("unit-1", 800_000);
  run(2);
  site.faults.inject("unit-1", { kind: "rebooting", durationMs: 8000 });
  expect(heartbeat("unit-1")).toBe(noAnswer);
  run(9);
  expect(site.truth.units[0]?.powerW).toBeCloseTo(0, 0);
  expect(device("unit-1").readHolding(40_318, 1)).toEqual(Uint16Array.of(0));
});

test.each([4, 6] as const)("a refusing unit answers writes with exception %d and is read as ever", (exception) => {
  site.faults.inject("unit-1", { kind: "refusing", exception });
  expect(command("unit-1", 100_000)).toBe(exception);
  expect(command("unit-1", 99_000_000)).toBe(3);
  expect(device("unit-1").readHolding(40_000, 1)).toEqual(Uint16Array.of(0x5375));
});

test("a forgetting unit says yes and does nothing", () => {
  site.faults.inject("unit-1", { kind: "forgetting" });
  expect(command("unit-1", 800_000)).toBe(0);
  run(3);
  expect(site.truth.units[0]?.powerW).toBe(0);
  expect(device("unit-1").readHolding(40_318, 1)).toEqual(Uint16Array.of(0));
});

test("a stale meter is a gateway saying that its meter does not answer", () => {
  site.faults.inject("meter-1", { kind: "meter-stale" });
  expect(site.meter.readHolding(40_070, 2)).toBe(11);
});

test("two faults on one device end each in its own time", () => {
  site.faults.inject("unit-1", { kind: "slow", delayMs: 200, durationMs: 10_000 });
  site.faults.inject("unit-1", { kind: "refusing", exception: 6, durationMs: 2000 });
  run(3);
  expect(device("unit-1").trouble).toMatchObject({ delayMs: 200, writeException: 0 });
  run(8);
  expect(device("unit-1").trouble).toMatchObject({ delayMs: 0, writeException: 0 });
});

test("a fault that ends during a reboot does not restart the unit again", () => {
  site.faults.inject("unit-1", { kind: "rebooting", durationMs: 20_000 });
  site.faults.inject("unit-1", { kind: "slow", delayMs: 50, durationMs: 5000 });
  run(21);
  // Started again at the reboot and not at second 5: its heartbeat has counted 21 seconds.
  expect(heartbeat("unit-1")).toEqual(Uint16Array.of(0, 21));
});

test("the plant controller can be silent, frozen or away", () => {
  const { plantController } = site;
  site.faults.inject("plant-1", { kind: "silent" });
  expect(plantController.read("Plant/BreakerClosed")).toBeUndefined();
  site.faults.clear("plant-1");
  site.faults.inject("plant-1", { kind: "frozen" });
  site.openBreaker();
  run(1);
  expect(plantController.read("Plant/BreakerClosed")).toBe(true);
  site.faults.clear("plant-1");
  expect(plantController.read("Plant/BreakerClosed")).toBe(false);
});

test.each([
  ["unit-99", { kind: "silent" }, "fault.unknown-device"],
  ["unit-1", { kind: "lying", point: "701.Watts" }, "fault.unknown-point"],
  ["unit-1", { kind: "lying", point: "702.WMaxRtg" }, "fault.unknown-point"],
  ["unit-1", { kind: "meter-stale" }, "fault.not-applicable"],
  ["plant-1", { kind: "forgetting" }, "fault.not-applicable"],
] as const)("a fault that cannot be is refused: %s %o", (deviceId, fault, code) => {
  expect(site.faults.inject(deviceId, fault)).toMatchObject({ ok: false, error: { code } });
  expect(site.faults.active).toEqual([]);
});

test("a schedule begins each fault at its moment", () => {
  site.faults.schedule([
    { atMs: 4000, deviceId: "unit-2", fault: { kind: "silent" } },
    { atMs: 2000, deviceId: "unit-1", fault: { kind: "silent" } },
  ]);
  run(1);
  expect(site.faults.active.map(({ deviceId }) => deviceId)).toEqual([]);
  run(2);
  expect(site.faults.active.map(({ deviceId }) => deviceId)).toEqual(["unit-1"]);
  run(2);
  expect(site.faults.active.map(({ deviceId }) => deviceId)).toEqual(["unit-1", "unit-2"]);
});

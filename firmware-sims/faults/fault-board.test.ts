import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { beforeEach, expect, test } from "vitest";
import { noAnswer } from "../devices/modbus-device.ts";
import { createSite, type SiteSim } from "../sites/index.ts";
import { faultDefinitions } from "./kinds/index.ts";

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

test("a unit that droops gives more than its set-point while frequency is low, shows the set-point, and ends it when healed", () => {
  command("unit-1", 800_000);
  run(5);
  site.faults.inject("unit-1", { kind: "droop", aroundHz: 50, wPerHz: 200_000 });
  site.frequencyStep(-0.5);
  run(5);
  const unit = () => site.truth.units[0];
  const extraW = 200_000 * (50 - site.truth.frequencyHz);
  expect(extraW).toBeGreaterThan(50_000);
  expect(Math.abs((unit()?.powerW ?? 0) - 800_000 - extraW)).toBeLessThan(10_000);
  expect(unit()?.setPointW).toBe(800_000);
  site.faults.clear("unit-1");
  run(5);
  expect(Math.abs((unit()?.powerW ?? 0) - 800_000)).toBeLessThan(10_000);
  site.frequencyStep(0);
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

test("the plant's values can be bad with a number, its stamps stand still, its clock be wrong; all end", () => {
  const { plantController } = site;
  site.faults.inject("plant-1", { kind: "bad-quality", status: "UncertainLastUsableValue" });
  site.faults.inject("plant-1", { kind: "wrong-clock", byMs: -90_000 });
  site.faults.inject("plant-1", { kind: "old-stamps", server: true, durationMs: 2_000 });
  site.openBreaker();
  run(1);
  expect(plantController.read("Plant/BreakerClosed")).toBe(true);
  expect(plantController.trouble).toMatchObject({
    quality: "UncertainLastUsableValue",
    clockOffMs: -90_000,
    stamps: "all-stand",
  });
  run(2);
  expect(plantController.read("Plant/BreakerClosed")).toBe(false);
  expect(plantController.trouble).toMatchObject({ clockOffMs: -90_000, stamps: "moving" });
  site.faults.clear("plant-1");
  expect(plantController.trouble).toEqual({ silent: false, quality: "Good", stamps: "moving", clockOffMs: 0 });
});

test.each([
  ["unit-1", { kind: "bad-quality", status: "BadSensorFailure" }, "fault.not-applicable"],
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

/** What a point of a unit reads now, in SI units. */
function shown(id: string, key: string): number {
  const found = device(id);
  const point = found.image.point(key);
  found.readHolding(point.address, point.registers);
  return found.image.value(point);
}

test("a stuck device's values stand still while its heartbeat goes on", () => {
  run(3);
  site.faults.inject("unit-1", { kind: "stuck" });
  const before = heartbeat("unit-1");
  command("unit-1", 800_000);
  run(5);
  expect(heartbeat("unit-1")).not.toEqual(before);
  expect(device("unit-1").readHolding(40_080, 1)).toEqual(Uint16Array.of(0));
  site.faults.inject("plant-1", { kind: "stuck" });
  const beats = site.plantController.read("Plant/Heartbeat");
  site.openBreaker();
  run(2);
  expect(site.plantController.read("Plant/BreakerClosed")).toBe(true);
  expect(site.plantController.read("Plant/Heartbeat")).toBe((beats ?? 0) + 2);
});

test.each([
  ["701.W", [0x8000]],
  ["701.Hz", [0xffff, 0xffff]],
  ["713.SoC", [0xffff]],
])("an absent %s reads as its type's not-implemented value", (point, words) => {
  site.faults.inject("unit-1", { kind: "absent", point });
  const { address, registers } = device("unit-1").image.point(point);
  expect(device("unit-1").readHolding(address, registers)).toEqual(Uint16Array.from(words));
  site.faults.clear("unit-1");
  expect(device("unit-1").readHolding(address, registers)).not.toEqual(Uint16Array.from(words));
});

test("updated firmware has another version and its map elsewhere", () => {
  site.faults.inject("unit-1", { kind: "updated" });
  expect(device("unit-1").readHolding(40_000, 2)).toBe(2);
  expect(device("unit-1").readHolding(50_000, 2)).toEqual(Uint16Array.of(0x5375, 0x6e53));
  expect(device("unit-1").readHolding(50_044, 2)).toEqual(Uint16Array.of(0x392e, 0x302e)); // "9.0."
  expect(device("unit-1").writeHolding(50_318, Uint16Array.of(1, 1))).toBe(0);
});

test("in local control a unit says so, rests and refuses set-points; handed back it takes them", () => {
  command("unit-1", 800_000);
  run(2);
  site.faults.inject("unit-1", { kind: "local", durationMs: 4_000 });
  run(3);
  expect(shown("unit-1", "715.LocRemCtl")).toBe(1);
  expect(command("unit-1", 800_000)).toBe(4);
  expect(site.truth.units[0]?.powerW).toBeCloseTo(0, 0);
  run(2);
  expect(command("unit-1", 800_000)).toBe(0);
});

test("a tripped unit is in fault and gives nothing until it may enter again", () => {
  command("unit-1", 800_000);
  run(2);
  site.faults.inject("unit-1", { kind: "tripped", durationMs: 5_000 });
  run(1);
  expect(shown("unit-1", "802.State")).toBe(99);
  expect(shown("unit-1", "701.InvSt")).toBe(6);
  expect(site.truth.units[0]?.powerW).toBe(0);
  run(8);
  expect(site.truth.units[0]?.powerW).toBe(0); // The enter-service delay, ten seconds.
  run(10);
  expect(site.truth.units[0]?.powerW).toBeCloseTo(800_000, 0);
});

test("a derated battery gives its fraction and says so", () => {
  const before = shown("unit-1", "802.ADisChaMax");
  site.faults.inject("unit-1", { kind: "derated", fraction: 0.25 });
  command("unit-1", 1_900_000);
  run(3);
  expect(site.truth.units[0]?.powerW).toBeCloseTo(0.25 * 1_927_000, -2);
  expect(shown("unit-1", "802.ADisChaMax") / before).toBeCloseTo(0.25, 1);
});

test("a second master writes its own set-point, again and again, until it is gone", () => {
  command("unit-1", 100_000);
  site.faults.inject("unit-1", { kind: "second-master", powerW: -300_000, durationMs: 3_000 });
  run(2);
  expect(shown("unit-1", "704.WSet")).toBe(-300_000);
  command("unit-1", 100_000);
  run(1);
  expect(shown("unit-1", "704.WSet")).toBe(-300_000);
  run(1);
  command("unit-1", 100_000);
  run(1);
  expect(shown("unit-1", "704.WSet")).toBe(100_000);
});

test.each(
  faultDefinitions.map(({ kind, text, needs }) => ({ kind, text, needs })),
)("$kind says what it does, refuses to be without what it needs, and leaves nothing behind", ({
  kind,
  text,
  needs,
}) => {
  expect(text.length).toBeGreaterThan(10);
  const definition = faultDefinitions.find((each) => each.kind === kind);
  const bare = definition?.parse({});
  expect(bare === undefined).toBe(needs.length > 0);
  if (bare === undefined || ["meter-stale", "old-stamps"].includes(kind)) return;
  const before = { ...device("unit-2").trouble };
  expect(site.faults.inject("unit-2", bare).ok).toBe(true);
  site.faults.clear("unit-2");
  expect(device("unit-2").trouble).toEqual(before);
});

test("a remapped device answers at every address with what stood so many registers before, and is itself again after", () => {
  const [before, scale] = [device("unit-1").readHolding(40_070, 2), device("unit-1").readHolding(40_296, 2)];
  expect(before).toEqual(Uint16Array.of(701, 153));
  const setPointW = () => site.units[0]?.state.setPointW;
  command("unit-1", 400_000);
  run(1);
  site.faults.inject("unit-1", { kind: "remapped", registers: 22, durationMs: 3_000 });
  expect(device("unit-1").readHolding(40_000, 4)).toEqual(Uint16Array.of(0x5375, 0x6e53, 1, 66));
  expect(device("unit-1").readHolding(40_069, 5)).toMatchObject({ length: 5, 1: 64_900, 2: 20, 3: 0, 4: 0 });
  expect(device("unit-1").readHolding(40_091, 3)).toEqual(Uint16Array.of(0, 701, 153));
  expect(device("unit-1").readHolding(40_296 + 22, 2)).toEqual(scale);
  expect(command("unit-1", 800_000)).not.toBe(0);
  expect(device("unit-1").writeHolding(40_318 + 22, Uint16Array.of(1, 1, 12, 13_568))).toBe(0);
  run(1);
  expect(setPointW()).toBe(800_000);
  run(3);
  expect(device("unit-1").readHolding(40_070, 2)).toEqual(before);
});

test.each([2, 1.5, "many"])("a model of %s registers cannot be inserted", (registers) => {
  expect(faultDefinitions.find(({ kind }) => kind === "remapped")?.parse({ registers })).toBeUndefined();
});

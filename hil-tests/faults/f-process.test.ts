import { sunspecStorage } from "@penstock/edge/devices/sunspec-storage.ts";
import { MW } from "@penstock/protocol/units";
import { describe, expect, test, vi } from "vitest";
import { Stand } from "./stand.ts";

/** Every function of a unit's driver, as something that can be made to throw. */
const driverParts: readonly (readonly [where: string, part: object, name: string])[] = [
  ["image", sunspecStorage, "image"],
  ["plan", sunspecStorage, "plan"],
  ["lint", sunspecStorage, "lint"],
  ["writable", sunspecStorage, "writable"],
  ...sunspecStorage.controls.flatMap((control) =>
    (["place", "isWanted", "encode", "isApplied", "hasReverted"] as const).map(
      (name) => [`${control.name} ${name}`, control, name] as const,
    ),
  ),
  ...(["place", "read"] as const).map((name) => [`heartbeat ${name}`, sunspecStorage.heartbeat ?? {}, name] as const),
];

describe("F", () => {
  test.each(
    driverParts,
  )("61: a driver that throws in its %s takes nothing with it: the loop and the limits go on", (_, part, name) => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    const before = stand.site.status()?.loop?.cycles ?? 0;
    const thrower = vi.spyOn(part as Record<string, () => unknown>, name).mockImplementation(() => {
      throw new Error("a mistake of ours");
    });
    try {
      // Found again from the beginning, so that what is asked only at first is asked too.
      stand.fault("unit-1", { kind: "rebooting", durationMs: 2_000 });
      stand.pass(12);
    } finally {
      thrower.mockRestore();
    }
    const loop = stand.site.status()?.loop;
    expect((loop?.cycles ?? 0) - before).toBeGreaterThanOrEqual(115);
    expect(stand.told("loop.controller-error")).toBe(0);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("61: a driver that throws on one device's readings: that device is left out, told, and the others do its share", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    const { image } = sunspecStorage;
    const thrower = vi.spyOn(sunspecStorage, "image").mockImplementation((unit, blocks, view) => {
      if (unit.id === "unit-1") throw new Error("a mistake of ours");
      return image(unit, blocks, view);
    });
    stand.pass(5);
    stand.reach(MW(2), 5);
    expect(stand.told("device.driver-error", "unit-1")).toBeGreaterThan(0);
    expect(stand.told("device.driver-error", "unit-2")).toBe(0);
    expect(Math.abs(stand.truth.units[0]?.powerW ?? 1)).toBeLessThan(1_000);
    thrower.mockRestore();
    stand.until("its unit carries again", 15, () => Math.abs(stand.truth.units[0]?.powerW ?? 0) > 200e3);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("62: a controller that stands still is outlived by the devices' own timers: the plant is at rest within 12 s", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(3) });
    stand.reach(MW(3));
    stand.site.killEdge();
    const tookS = stand.until("the plant is at rest", 15, () => Math.abs(stand.truth.batteryPowerW) < 1e3);
    expect(tookS).toBeLessThanOrEqual(12);
    expect(stand.truth.units.every(({ isReverted }) => isReverted)).toBe(true);
    stand.site.startEdge();
    stand.until("control has begun again", 10, () => {
      return stand.site.status()?.devices.every(({ state }) => state === "ready") ?? false;
    });
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("65: without a cloud, or a disk, the site goes on controlling and keeps its limits", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    stand.world.cloud.kill();
    stand.site.disk.broken = "gone";
    const cyclesBefore = stand.site.status()?.loop?.cycles ?? 0;
    stand.pass(30);
    // What was granted lasts its time, whether or not anybody is there to hear of it.
    expect(stand.truth.batteryPowerW).toBeGreaterThan(1.9e6);
    expect(stand.site.why()?.source).toBe("lease");
    stand.pass(90);
    const loop = stand.site.status()?.loop;
    expect((loop?.cycles ?? 0) - cyclesBefore).toBeGreaterThanOrEqual(1_198);
    expect(loop).toMatchObject({ missedCycles: 0 });
    // The lease ran out and nobody renewed it: at rest, as the profile says.
    expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThan(20e3);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("66: a second controller on the same units is found out by what it writes", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    stand.pass(2);
    const setPointsW = () => stand.truth.units.map(({ setPointW }) => setPointW);
    for (let beat = 0; beat < 4; beat++) {
      for (const { id } of stand.site.sim.units) {
        const other = Uint16Array.of(1, 1, 0xffff, 0x0000 + beat, 0, 0, 0x8000, 0x8000, 1, 0, 10);
        stand.site.sim.deviceById(id)?.writeHolding(40_318, other);
      }
      stand.until("it steers", 0.1, () => setPointsW().every((powerW) => powerW < 0));
      // Two cycles to see it and one to say it again; the set-point would have been renewed after three seconds.
      stand.until("ours is written over it", 0.35, () => setPointsW().every((powerW) => powerW > 0));
      stand.pass(0.1);
    }
    for (const { id } of stand.site.sim.units) expect(stand.told("device.foreign-write", id)).toBeGreaterThan(0);
    stand.pass(2);
    stand.reach(MW(2), 3);
    expect(stand.site.checkers.violations).toEqual([]);
  });
});

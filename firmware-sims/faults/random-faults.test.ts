import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { createSite } from "../sites/index.ts";
import { randomFaults } from "./random-faults.ts";

const scene = { unitIds: ["unit-1", "unit-2"], meterId: "meter-1", plantId: "plant-1", durationMs: 7 * 86_400_000 };

test("the same seed brings the same trouble", () => {
  expect(randomFaults(new Rng(7), "heavy", scene)).toEqual(randomFaults(new Rng(7), "heavy", scene));
  expect(randomFaults(new Rng(7), "heavy", scene)).not.toEqual(randomFaults(new Rng(8), "heavy", scene));
});

test("a heavy week has about a thousand faults, a light one about forty, a quiet one none", () => {
  const count = (level: "none" | "light" | "heavy") => randomFaults(new Rng(7), level, scene).length;
  expect(count("none")).toBe(0);
  expect(count("light")).toBeGreaterThan(15);
  expect(count("light")).toBeLessThan(80);
  expect(count("heavy")).toBeGreaterThan(800);
  expect(count("heavy")).toBeLessThan(1200);
});

test("every drawn fault can happen to whom it was drawn for, lies within its time and ends by itself", () => {
  const site = createSite("feeder", { rng: new Rng(1), startMs: 0 as UtcMs });
  for (const { atMs, deviceId, fault } of randomFaults(new Rng(3), "heavy", scene)) {
    expect(atMs).toBeLessThan(scene.durationMs);
    expect(fault.durationMs).toBeGreaterThan(0);
    expect(site.faults.inject(deviceId, fault).ok).toBe(true);
    site.faults.clear(deviceId);
  }
});

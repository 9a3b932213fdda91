import { issueLease } from "@penstock/protocol/lease";
import { Ms, MW, UtcMs } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { Stand } from "./stand.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365.25 * 24 * HOUR_MS;

describe("E", () => {
  test.each([
    ["an hour forward", HOUR_MS],
    ["an hour back", -HOUR_MS],
    ["ten years forward", 10 * YEAR_MS],
    ["ten years back", -10 * YEAR_MS],
  ])("56: the wall clock steps %s: the lease in force runs its own time and the loop does not notice", (_, stepMs) => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2), ttlMs: Ms(30_000) });
    stand.reach(MW(2));
    const grantedMs = stand.nowMs;
    stand.site.clock?.stepWall(Ms(stepMs));
    stand.pass(10);
    expect(Math.abs(stand.truth.batteryPowerW - 2e6)).toBeLessThan(40e3);
    stand.until("the lease has ended", 40, () => Math.abs(stand.truth.batteryPowerW) < 20e3);
    // Thirty seconds of its own, and the ramp to rest.
    expect(stand.nowMs - grantedMs).toBeGreaterThan(20_000);
    expect(stand.nowMs - grantedMs).toBeLessThan(40_000);
    expect(stand.site.status()?.loop).toMatchObject({ missedCycles: 0, lateCycles: 0 });
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("57: a boot in 1970 controls at once; a lease has to wait until the clock is right", () => {
    const stand = new Stand();
    stand.site.killEdge();
    stand.pass(1);
    stand.site.startEdge();
    stand.site.clock?.stepWall(Ms(-stand.world.clock.nowMs()));
    const tookS = stand.until("control has begun", 10, () => {
      return stand.site.status()?.devices.every(({ state }) => state === "ready") ?? false;
    });
    expect(tookS).toBeLessThanOrEqual(10);
    stand.grant({ powerW: MW(2) });
    stand.pass(10);
    expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThan(20e3);
    expect(stand.site.disk.audit.at(-1)?.outcome).toMatch(/^lease\./);
  });

  test.each([
    ["five minutes ahead", 300_000],
    ["five minutes behind", -300_000],
  ])("59: the cloud's clock is %s: its lease is refused with a reason and never outlived", (_, skewMs) => {
    const stand = new Stand();
    const nowMs = stand.world.clock.nowMs() + skewMs;
    const lease = stand.lease({
      powerW: MW(2),
      issuedAtMs: UtcMs(nowMs),
      notBeforeMs: UtcMs(nowMs),
      expiresAtMs: UtcMs(nowMs + 60_000),
    });
    stand.deliver(issueLease(lease, [stand.world.storyteller]));
    stand.pass(10);
    expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThan(20e3);
    expect(stand.site.disk.audit.at(-1)?.outcome).toMatch(/^lease\.(expired|not-yet)/);
  });

  test("59: two clocks a second apart are one clock: the lease lasts its duration from its receipt", () => {
    const stand = new Stand();
    const nowMs = stand.world.clock.nowMs() + 1_000;
    const lease = stand.lease({
      powerW: MW(2),
      issuedAtMs: UtcMs(nowMs),
      notBeforeMs: UtcMs(nowMs),
      expiresAtMs: UtcMs(nowMs + 60_000),
      ttlMs: Ms(20_000),
    });
    stand.deliver(issueLease(lease, [stand.world.storyteller]));
    const receivedMs = stand.nowMs;
    stand.reach(MW(2), 15);
    stand.until("the lease has ended", 40, () => Math.abs(stand.truth.batteryPowerW) < 20e3);
    expect(stand.nowMs - receivedMs).toBeLessThan(20_000 + 6_000);
  });
});

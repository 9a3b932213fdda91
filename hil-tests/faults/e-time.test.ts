import { advanceLedger } from "@penstock/edge/control/energy-ledger.ts";
import { sampleConfig, sampleImage, sampleInput, sampleUnits } from "@penstock/edge/control/sample-site.ts";
import type { OwnerTerms } from "@penstock/edge/control/site-control-config.ts";
import { initialState, step } from "@penstock/edge/control/step.ts";
import { grantFor } from "@penstock/edge/leases/lease-book.ts";
import { issueLease, type Lease } from "@penstock/protocol/lease";
import {
  type Interval,
  intervalAt,
  localDateOf,
  localDay,
  localDayAt,
  nextInterval,
  overlapMs,
} from "@penstock/protocol/time";
import { MonotonicMs, Ms, MW, UtcMs, Var, W, Wh } from "@penstock/protocol/units";
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
    stand.grant({ powerW: MW(1), ttlMs: Ms(5_000) });
    stand.reach(MW(1));
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
    expect(stand.site.disk.audit.at(-1)?.outcome).toBe("lease.clock-not-trusted");

    // The clock has held still for long enough to be believed, were it not behind what the site has seen.
    stand.pass(90);
    const nowMs = stand.site.clock?.nowMs() ?? UtcMs(0);
    const heldBack = { issuedAtMs: nowMs, notBeforeMs: nowMs, expiresAtMs: UtcMs(nowMs + 60_000) };
    stand.grant({ powerW: MW(2), ...heldBack });
    stand.pass(10);
    expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThan(20e3);
    expect(stand.site.disk.audit.at(-1)?.outcome).toBe("lease.clock-not-trusted");
    stand.site.clock?.stepWall(Ms(stand.world.clock.nowMs() - (stand.site.clock?.nowMs() ?? 0)));
    stand.pass(90);
    stand.grant({ powerW: MW(2) });
    stand.reach(MW(2));
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test.each([
    ["a minute: the lease is over", 60, false],
    ["ten minutes", 600, false],
    ["five seconds: the lease goes on, shorter by them", 5, true],
  ])("58: a machine is suspended for %s; its own clock stood still, and yet nothing old is acted on", (_, sleepS, goesOn) => {
    const stand = new Stand();
    stand.grant({ powerW: MW(3), ttlMs: Ms(30_000), expiresAtMs: UtcMs(stand.world.clock.nowMs() + 30_000) });
    const grantedMs = stand.nowMs;
    stand.reach(MW(3));
    stand.site.clock?.suspend(Ms(sleepS * 1e3));
    stand.pass(sleepS - 0.1);
    const asleepW = stand.truth.batteryPowerW;
    stand.pass(0.3);
    expect(stand.told("loop.machine-slept")).toBe(1);
    if (goesOn) {
      stand.until("the lease is followed again", 8, () => stand.site.why()?.source === "lease");
      stand.until("it has ended", 40, () => Math.abs(stand.truth.batteryPowerW) < 20e3);
      expect(stand.nowMs - grantedMs).toBeLessThan(30_000 + 6_000);
    } else {
      for (let look = 0; look < 100; look++) {
        stand.pass(0.1);
        expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThanOrEqual(Math.abs(asleepW) + 20e3);
      }
      expect(stand.site.status()?.devices.every(({ state }) => state === "ready")).toBe(true);
    }
    expect(stand.site.checkers.violations).toEqual([]);
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

  const zones = ["Europe/London", "Europe/Berlin", "Australia/Sydney", "America/Chicago", "America/St_Johns"];

  test("60: every day of eleven years in every zone is tiled by intervals of 5, 15, 30 and 60 minutes, without gap or overlap", () => {
    for (const zone of zones) {
      const hours = new Map<number, number>();
      let day = localDay(zone, "2020-01-01", "12:00");
      while (day.startMs < Date.UTC(2031, 0, 1)) {
        const lengthH = (day.endMs - day.startMs) / HOUR_MS;
        hours.set(lengthH, (hours.get(lengthH) ?? 0) + 1);
        // Days of another length, and some of the usual one.
        if (lengthH !== 24 || (hours.get(24) ?? 0) % 100 === 1) {
          for (const minutesLong of [5, 15, 30, 60]) expect(isTiled(day, Ms(minutesLong * 60_000))).toBe(true);
        }
        const next = localDayAt(zone, day.endMs, "12:00");
        expect(next.startMs).toBe(day.endMs);
        day = next;
      }
      // Clocks go forward and back once a year.
      expect([hours.get(23), hours.get(25)]).toEqual([11, 11]);
      expect([...hours.keys()].sort()).toEqual([23, 24, 25]);
    }
  });

  test("60: a schedule over the night the clocks go back is followed in UTC: every entry once, for its own time, none twice", () => {
    const night = UtcMs(Date.UTC(2026, 9, 25, 0, 30)); // 02:30 comes twice in Berlin, at 00:30 and 01:30 UTC.
    const bootedMs = 7_000_000;
    const schedule = Array.from({ length: 12 }, (_, quarter) => ({
      startMs: UtcMs(night + quarter * 900_000),
      endMs: UtcMs(night + (quarter + 1) * 900_000),
      powerW: W((quarter % 2 === 0 ? 1 : -1) * 50_000 * (quarter + 1)),
    })).filter((_, quarter) => quarter !== 5); // Nothing is said about a quarter of an hour.
    const taken = { nowMs: night, monotonicMs: MonotonicMs(bootedMs) };
    const endsMs = MonotonicMs(bootedMs + 4 * HOUR_MS);
    const grants = [grantFor({ ...A_LEASE, kind: "schedule", schedule }, taken, taken.monotonicMs, endsMs)];
    const followedMs = new Map<number, number>();
    let state = initialState(sampleImage());
    for (let atMs = 0; atMs < 12 * 900_000; atMs += 5_000) {
      const image = sampleImage({ monotonicMs: MonotonicMs(bootedMs + atMs), nowMs: UtcMs(night + atMs) });
      const output = step(state, sampleInput(image, { grants }), sampleConfig);
      ({ state } = output);
      const { wishW, source } = output.explanation;
      if (Math.floor(atMs / 900_000) === 5) {
        expect(source).not.toBe("schedule");
        continue;
      }
      expect(source).toBe("schedule");
      followedMs.set(wishW, (followedMs.get(wishW) ?? 0) + 5_000);
    }
    expect([...followedMs]).toEqual(schedule.map(({ powerW }) => [powerW, 900_000]));
  });

  test.each([
    ["of 23 hours", "2026-03-28", "2026-03-29", 23],
    ["of 25 hours", "2026-10-24", "2026-10-25", 25],
  ])("60: the owner's day %s counts its throughput once, from four o'clock to four o'clock", (_, before, date, hours) => {
    const zone = "Europe/Berlin";
    const startMs = localDay(zone, before, "04:00").startMs;
    const owner: OwnerTerms = { zone, dayStartsAt: "04:00", cyclesPerDayMax: 2, seasons: [] };
    let ledger = advanceLedger(undefined, countedImage(startMs, 0), owner);
    let resets = 0;
    let [lastResetMs, longestMs] = [startMs as number, 0];
    for (let minute = 1; minute < 49 * 60; minute++) {
      const atMs = startMs + minute * 60_000;
      const next = advanceLedger(ledger, countedImage(atMs, minute * 1_000), owner);
      if (next.dischargedTodayWh < ledger.dischargedTodayWh) {
        resets++;
        longestMs = atMs - lastResetMs;
        lastResetMs = atMs;
        if (resets === 1) expect(longestMs).toBe(hours * HOUR_MS);
      }
      ledger = next;
    }
    expect(resets).toBe(hours === 25 ? 1 : 2);
    expect(localDateOf(zone, UtcMs(startMs + hours * HOUR_MS))).toBe(date);
  });
});

const A_LEASE: Lease = {
  v: 1,
  id: "tonight",
  audience: "nsw/park",
  issuer: "desk",
  epoch: 1,
  sequence: 1,
  issuedAtMs: UtcMs(0),
  notBeforeMs: UtcMs(0),
  expiresAtMs: UtcMs(9e15),
  ttlMs: Ms(4 * HOUR_MS),
  kind: "setpoint",
  powerW: W(0),
  reactiveVar: Var(0),
  priority: 5,
  onExpire: { action: "ramp-to-zero" },
  reason: "the clocks go back",
};

/** Whether whole intervals of a length cover a day once: they begin and end with it where it lies on their grid. */
function isTiled(day: Interval, lengthMs: Ms): boolean {
  let interval = intervalAt(day.startMs, lengthMs);
  let coveredMs = 0;
  while (interval.startMs < day.endMs) {
    coveredMs += overlapMs(interval, day);
    const next = nextInterval(interval);
    if (next.startMs !== interval.endMs || next.endMs - next.startMs !== lengthMs) return false;
    interval = next;
  }
  // Newfoundland's half hour is no whole hour.
  const isOnGrid = day.startMs % lengthMs === 0;
  return coveredMs === day.endMs - day.startMs && (!isOnGrid || interval.startMs === day.endMs);
}

const countedImage = (nowMs: number, dischargedWh: number) =>
  sampleImage({
    nowMs: UtcMs(nowMs),
    monotonicMs: MonotonicMs(nowMs),
    units: sampleUnits(1, { dischargedWh: { quality: "good", value: Wh(dischargedWh), ageMs: Ms(0) } }),
  });

import { issueLease } from "@penstock/protocol/lease";
import { Ms, MW, UtcMs } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import { promisesOf, scenes } from "../harness/scene.ts";
import { audienceOf } from "../harness/storyteller.ts";
import { Stand } from "./stand.ts";

describe("G", () => {
  test("67: a command that is replayed, old, late or another site's is executed at most once, and says why not", () => {
    const stand = new Stand();
    const first = stand.lease({ powerW: MW(2), ttlMs: Ms(5_000) });
    const bytes = issueLease(first, [stand.world.storyteller]);
    stand.deliver(bytes);
    stand.reach(MW(2));
    stand.until("it has ended", 20, () => Math.abs(stand.truth.batteryPowerW) < 20e3);
    const nowMs = stand.world.clock.nowMs();
    const yesterday = {
      issuedAtMs: UtcMs(nowMs - 86_400_000),
      notBeforeMs: UtcMs(nowMs - 86_400_000),
      expiresAtMs: UtcMs(nowMs - 86_340_000),
    };
    const wishes = [{ sequence: 1 }, { audience: audienceOf("park") }, yesterday];
    const envelopes = wishes.map((wish) =>
      issueLease(stand.lease({ powerW: MW(-2), ...wish }), [stand.world.storyteller]),
    );
    const auditedBefore = stand.site.disk.audit.length;
    for (const envelope of [bytes, bytes, ...envelopes]) {
      stand.deliver(envelope);
      stand.pass(1);
      expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThan(20e3);
    }
    const outcomes = stand.site.disk.audit.slice(auditedBefore).map(({ outcome }) => outcome);
    expect(outcomes).toEqual([
      "lease.repeated",
      "lease.repeated",
      "lease.stale-sequence",
      "lease.foreign-audience",
      "lease.expired",
    ]);
  });

  test("68: the grid operator's limit drops while dispatch is at its maximum: inside within the ramp", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(5) });
    stand.until("the feeder exports", 30, () => stand.truth.batteryPowerW > 3e6);
    stand.pass(3);
    const fromW = stand.truth.gridPowerW;
    const toW = fromW - 2e6;
    stand.site.sim.setGridOperatorLimit(-4e6, toW);
    const rampS = 2e6 / (scenes.feeder.rampKWPerS * 1e3);
    const tookS = stand.until("it is inside", rampS + 3, () => stand.truth.gridPowerW <= toW + 40e3);
    expect(tookS).toBeLessThanOrEqual(rampS + 2);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("68: limits that contradict each other move nothing outside the stronger one, and raise an alarm", () => {
    const stand = new Stand();
    // The people at the site want at least 1 MW of export of the batteries, the grid operator allows 0.3 MW import only.
    stand.site.operate({ op: "limit-set", powerWMin: 1_000_000, powerWMax: null, by: "test", reason: "test" });
    stand.pass(2);
    stand.site.sim.setGridOperatorLimit(-4e6, -300e3);
    stand.pass(10);
    expect(stand.told("limit-conflict")).toBeGreaterThan(0);
    for (let look = 0; look < 20; look++) {
      stand.pass(0.5);
      expect(stand.truth.gridPowerW).toBeLessThanOrEqual(-300e3 + 40e3);
    }
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("69: a meter that falls silent leaves the site in its configured narrow room, with an alarm and not in silence", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(3), ttlMs: Ms(60_000) });
    stand.reach(MW(3));
    stand.fault("meter-1", { kind: "silent" });
    stand.pass(15);
    expect(Math.abs(stand.truth.batteryPowerW)).toBeLessThanOrEqual(
      scenes.feeder.connection.withoutMeterKW * 1e3 * 1.02,
    );
    // And not only because the profile brings it to rest: whoever wished more would not get it.
    const room = stand.site.why();
    expect(Math.max(room?.powerWMax ?? 1e9, -(room?.powerWMin ?? -1e9))).toBeLessThanOrEqual(
      scenes.feeder.connection.withoutMeterKW * 1e3,
    );
    expect(
      stand.told("meter-missing") + stand.told("meter-stale") + stand.told("device.lost", "meter-1"),
    ).toBeGreaterThan(0);
    stand.heal("meter-1");
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("69: a meter that shows the same to the last bit while the site moves is not believed: narrow room, and somebody is told", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(1) });
    stand.reach(MW(1));
    stand.fault("meter-1", { kind: "frozen" });
    stand.grant({ powerW: MW(3) });
    const tookS = stand.until("it is doubted", 15, () => stand.told("reading-doubted") > 0);
    expect(tookS).toBeLessThanOrEqual(12);
    stand.until("the room is narrow", 20, () => {
      return (stand.site.why()?.powerWMax ?? 1e9) <= scenes.feeder.connection.withoutMeterKW * 1e3;
    });
    stand.heal("meter-1");
    stand.until("it is believed again", 40, () => (stand.site.why()?.powerWMax ?? 0) > 2e6);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("70: a battery that may do less than before is loaded no further, its neighbours take over, and the capability falls", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(3) });
    stand.reach(MW(3));
    stand.fault("unit-1", { kind: "derated", fraction: 0.1 });
    stand.fault("unit-2", { kind: "tripped" });
    stand.pass(5);
    stand.grant({ powerW: MW(3) });
    stand.reach(MW(3), 10);
    const [derated, tripped] = stand.truth.units;
    expect(derated?.powerW).toBeLessThanOrEqual(0.1 * 1_927_000 * 1.02);
    expect(tripped?.powerW).toBe(0);
    const units = stand.site.status()?.units ?? [];
    expect(units.find(({ id }) => id === "unit-2")?.state).toBe("fault");
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("70: somebody takes a unit into local control: it is left alone and the others do its share", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(3) });
    stand.reach(MW(3));
    stand.fault("unit-3", { kind: "local" });
    stand.pass(5);
    stand.reach(MW(3), 10);
    expect(Math.abs(stand.truth.units[2]?.powerW ?? 1)).toBeLessThan(1_000);
    // Because it said so, and not only because it would not have done what it was told.
    expect(stand.site.why()?.units.find(({ unitId }) => unitId === "unit-3")?.because).toContain("local control");
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("71: a frequency excursion while the cloud is away: the site keeps its limits and every unit stays connected", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(2), ttlMs: Ms(60_000) });
    stand.reach(MW(2));
    stand.world.cloud.kill();
    stand.site.sim.frequencyStep(-0.8, 500);
    stand.pass(20);
    expect(stand.truth.frequencyHz).toBeLessThan(49.4);
    expect(stand.truth.units.every(({ isConnected }) => isConnected)).toBe(true);
    expect(stand.truth.batteryPowerW).toBeGreaterThan(1.9e6);
    stand.site.sim.frequencyStep(0);
    stand.pass(5);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("71: inverters that answer frequency by themselves are neither held back nor doubted while the cloud is away", () => {
    const stand = new Stand();
    stand.grant({ powerW: MW(1), ttlMs: Ms(90_000), expiresAtMs: UtcMs(stand.world.clock.nowMs() + 90_000) });
    stand.reach(MW(1));
    const nominalHz = stand.site.sim.spec.frequencyHzNominal;
    const setPointsW = () => stand.truth.units.reduce((sum, { setPointW }) => sum + setPointW, 0);
    for (const { id } of stand.site.sim.units) stand.fault(id, { kind: "droop", aroundHz: nominalHz, wPerHz: 200_000 });
    stand.pass(2);
    const answerW = () => stand.site.sim.units.length * 200_000 * (nominalHz - stand.truth.frequencyHz);
    stand.world.cloud.kill();
    for (const changeHz of [-0.8, 0.8]) {
      stand.site.sim.frequencyStep(changeHz, 500);
      stand.pass(2);
      for (let look = 0; look < 20; look++) {
        stand.pass(1);
        // Told what they were told before, and the answer comes on top of it.
        expect(Math.abs(setPointsW() - 1e6)).toBeLessThan(20e3);
        expect(Math.abs(stand.truth.batteryPowerW - 1e6 - answerW())).toBeLessThan(40e3);
      }
      expect(Math.abs(answerW())).toBeGreaterThan(200e3);
    }
    for (const code of ["reading-doubted", "device.foreign-write", "device.write-not-applied", "device.does-not-fit"])
      expect(stand.told(code), code).toBe(0);
    expect(stand.truth.units.every(({ isConnected }) => isConnected)).toBe(true);
    stand.site.sim.frequencyStep(0);
    stand.pass(10);
    stand.reach(MW(1), 2);
    expect(stand.site.checkers.violations).toEqual([]);
  });

  test("72: an aggregator with good keys and bad intent flips full power: the site's own ramp holds", () => {
    const stand = new Stand("park");
    const { rampWPerS } = promisesOf("park");
    let lastW = stand.truth.batteryPowerW;
    let fastestWPerS = 0;
    for (let flip = 0; flip < 6; flip++) {
      stand.grant({ powerW: MW(flip % 2 === 0 ? 20 : -20) });
      for (let step = 0; step < 60; step++) {
        stand.pass(0.5);
        fastestWPerS = Math.max(fastestWPerS, Math.abs(stand.truth.batteryPowerW - lastW) / 0.5);
        lastW = stand.truth.batteryPowerW;
      }
    }
    expect(fastestWPerS).toBeGreaterThan(0.5 * rampWPerS);
    expect(fastestWPerS).toBeLessThanOrEqual(1.15 * rampWPerS);
    expect(stand.site.checkers.violations).toEqual([]);
  });
});

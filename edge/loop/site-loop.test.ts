import { SITE_METRICS } from "@penstock/protocol/telemetry";
import { MonotonicMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { siteCore } from "./control-core.ts";
import { BenchSite, grantOf } from "./testing/bench-site.ts";

test("a lease for 2 MW becomes 1 MW on each of two units, at the site's ramp", () => {
  const site = new BenchSite({ grants: [grantOf(2e6)] });
  site.loop.start();
  site.run(1_000);
  expect(site.batteryW()).toBeGreaterThan(0.5e6);
  expect(site.batteryW()).toBeLessThan(1.1e6); // 1 MW/s
  site.run(4_000);
  expect(site.setpointsW()).toEqual([1e6, 1e6]);
});

test("nothing is written while a slow unit is still being read for the first time", () => {
  const site = new BenchSite({ grants: [grantOf(2e6)], slow: { unit: 1, latencyMs: 60 } });
  const [quick, slow] = site.units;
  site.loop.start();
  site.run(1_500); // 22 requests to find it, 7 to read it, 60 ms each
  expect(slow?.reads).toBeGreaterThan(15);
  expect(quick?.writes).toEqual([]);
  site.run(5_000);
  expect(site.setpointsW()).toEqual([1e6, 1e6]);
});

test("a unit that has shown it cannot be read is not waited for", () => {
  const site = new BenchSite({ grants: [grantOf(2e6)] });
  const [alive, dead] = site.units;
  if (dead !== undefined) dead.isSilent = true;
  site.loop.start();
  site.run(5_000);
  expect(alive?.setpointW).toBe(1.5e6); // all that its BMS allows
  expect(dead?.writes).toEqual([]);
});

test("a start goes on from what the units are doing", () => {
  const site = new BenchSite({ grants: [grantOf(1e6)] });
  for (const unit of site.units) unit.put(40296 + 22, 1, 1, 0x0007, 0xa120); // each at 500 kW
  site.loop.start();
  site.run(2_000);
  const told = site.units.flatMap((unit) => unit.writes.filter((write) => write.address === 40296 + 22));
  expect(told.length).toBeGreaterThan(1);
  for (const write of told) expect(((write.values[2] ?? 0) << 16) | (write.values[3] ?? 0)).toBe(500_000);
});

test("a meter that falls silent tightens what the batteries may do, and never widens it", () => {
  const site = new BenchSite({ grants: [grantOf(3e6)] });
  site.loop.start();
  site.run(5_000);
  expect(site.batteryW()).toBe(3e6);
  site.meter.isSilent = true;
  let lastW = site.batteryW();
  for (let i = 0; i < 60; i++) {
    site.run(100);
    expect(site.batteryW()).toBeLessThanOrEqual(lastW);
    lastW = site.batteryW();
  }
  expect(lastW).toBeLessThanOrEqual(200e3);
  expect(site.codes()).toContain("device.lost");
});

test("a silent unit's share goes to the others", () => {
  const site = new BenchSite({ units: 3, grants: [grantOf(3e6)] });
  site.loop.start();
  site.run(5_000);
  expect(site.setpointsW()).toEqual([1e6, 1e6, 1e6]);
  const [lost] = site.units;
  if (lost !== undefined) lost.isSilent = true;
  site.run(8_000); // and the lost one goes to 0 by its own timer
  expect(site.setpointsW().slice(1)).toEqual([1.5e6, 1.5e6]);
});

test("a dead unit does not slow the others down: theirs are written in the same cycle", () => {
  const site = new BenchSite({ units: 2, grants: [grantOf(1e6)] });
  site.loop.start();
  site.run(3_000);
  const [dead, alive] = site.units;
  if (dead === undefined || alive === undefined) throw new Error("two units");
  dead.isSilent = true;
  site.run(2_000);
  const before = alive.reads;
  site.run(1_000);
  expect(alive.reads - before).toBeGreaterThanOrEqual(20);
});

test("settlement counters are recorded once for each five minutes, and only then", () => {
  const site = new BenchSite();
  site.loop.start();
  site.run(16 * 60_000);
  const settlement = site
    .of("records")
    .flatMap(({ records }) => records.filter(({ stream }) => stream === "settlement"));
  expect(settlement.map(({ timeMs }) => Math.floor((timeMs - Date.UTC(2026, 0, 1)) / 300_000))).toEqual([0, 1, 2, 3]);
  expect(settlement[0]?.metrics).toEqual([
    ["Energy/Discharged", 20_000],
    ["Energy/Charged", 40_000],
    ["Energy/Exported", 1_000],
    ["Energy/Imported", 2_000],
  ]);
});

test("telemetry says everything within each minute, and in between only what changed", () => {
  const site = new BenchSite();
  site.loop.start();
  site.run(185_000);
  const records = site.of("records").flatMap((output) => output.records);
  const ofSite = records.filter(({ stream, device }) => stream === "telemetry" && device === undefined);
  for (const metric of SITE_METRICS.filter((one) => one.class === "live" || one.class === "historian")) {
    const times = ofSite
      .filter(({ metrics }) => metrics.some(([name]) => name === metric.name))
      .map(({ timeMs }) => timeMs);
    const gaps = times.map((timeMs, index) => timeMs - (times[index - 1] ?? timeMs));
    expect(times.length, metric.name).toBeGreaterThanOrEqual(4);
    expect(Math.max(...gaps), metric.name).toBeLessThanOrEqual(60_000);
  }
  expect(ofSite.at(5)?.metrics.map(([name]) => name)).toEqual(["Loop/Cycles"]);
  expect(records.filter(({ device }) => device === "unit-2")).toHaveLength(4);
});

test("every site metric of the catalogue has a value", () => {
  const site = new BenchSite({ hasPlant: true });
  site.loop.start();
  site.loop.accept({
    type: "plant",
    reading: {
      readAtMonotonicMs: MonotonicMs(0),
      breakerClosed: true,
      transformerTemperatureC: 60,
      gridOperatorLimitW: { powerWMin: W(-1e6), powerWMax: W(1e6) },
    },
  });
  site.run(1_000);
  const [first] = site.of("records").flatMap(({ records }) => records.filter(({ stream }) => stream === "telemetry"));
  expect(first?.metrics.filter(([, value]) => value === null)).toEqual([]);
});

test("a lease is applied, clamped, read back, measured and expired, each said once", () => {
  const site = new BenchSite({ grants: [grantOf(10e6, { expiresMonotonicMs: MonotonicMs(8_000) })] });
  site.loop.start();
  site.run(15_000);
  const states = site.of("lease-progress").map(({ progress }) => progress.state);
  expect(states).toEqual(["applied", "clamped", "read-back", "measured", "expired"]);
  const measured = site.of("lease-progress")[3]?.progress;
  expect(measured).toMatchObject({ sequence: 7, leaseId: "lease-1" });
  expect(site.batteryW()).toBe(0);
});

test.each([
  ["every unit", (_: BenchSite) => {}, true],
  [
    "a unit that acknowledges and does not apply, so nothing",
    ({ units }: BenchSite) => forgetful(units[1], true),
    false,
  ],
])("a lease's set-points are read back by %s", (_, trouble, isReadBack) => {
  const site = new BenchSite({ grants: [grantOf(1e6)], slow: { unit: 0, latencyMs: 20 } });
  trouble(site);
  site.loop.start();
  site.run(6_000);
  const at = (state: string) =>
    site.of("lease-progress").find(({ progress }) => progress.state === state)?.progress.atMs;
  const [applied, readBack] = [at("applied") ?? 0, at("read-back")];
  if (!isReadBack) {
    expect(readBack).toBeUndefined();
    forgetful(site.units[1], false);
    site.run(3_000);
    expect(at("read-back")).toBeGreaterThan(applied + 5_000);
    return;
  }
  // Written in 20 ms, shown in as much again, behind what else is read.
  expect(readBack).toBeGreaterThanOrEqual(applied + 40);
  expect(readBack).toBeLessThan(applied + 1_000);
  expect(at("measured")).toBeGreaterThanOrEqual(readBack ?? Number.NaN);
});

const forgetful = (unit: BenchSite["units"][number] | undefined, isForgetful: boolean): void => {
  if (unit !== undefined) unit.isForgetful = isForgetful;
};

test("the grid operator's limit is obeyed in the next cycle and handed out to be latched", () => {
  const site = new BenchSite({ hasPlant: true, grants: [grantOf(3e6)] });
  const say = (powerWMax: number) =>
    site.loop.accept({
      type: "plant",
      reading: {
        readAtMonotonicMs: site.clock.monotonicMs(),
        breakerClosed: true,
        transformerTemperatureC: 60,
        gridOperatorLimitW: { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: W(powerWMax) },
      },
    });
  const runSaying = (powerWMax: number, forMs: number) => {
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 500) {
      say(powerWMax);
      site.run(500);
    }
  };
  site.loop.start();
  runSaying(Number.POSITIVE_INFINITY, 5_000);
  expect(site.batteryW()).toBe(3e6);
  runSaying(1e6, 4_000);
  expect(site.batteryW()).toBeLessThanOrEqual(1e6);
  expect(site.loop.status().explanation.because.map(({ limit }) => limit)).toContain("grid-operator");
  expect(site.of("grid-operator-limit").map(({ limitW }) => limitW?.powerWMax)).toEqual([undefined, 1e6]);
});

test("a controller that throws is caught once: alarm, safe values, and the error reaches the shell", () => {
  let cycles = 0;
  const site = new BenchSite({
    grants: [grantOf(2e6)],
    core: {
      ...siteCore,
      step: (state, input, config) => {
        if (++cycles > 30) throw new Error("a bug");
        return siteCore.step(state, input, config);
      },
    },
  });
  site.loop.start();
  site.run(3_000);
  expect(site.batteryW()).toBeGreaterThan(1e6);
  expect(() => site.run(2_000)).toThrow("a bug");
  expect(site.setpointsW()).toEqual([0, 0]);
  expect(site.codes().filter((code) => code === "loop.controller-error")).toHaveLength(1);
  expect(cycles).toBe(31);
});

test("the loop says how late it is, leaves out what it missed, and stays on its grid", () => {
  const site = new BenchSite();
  site.loop.start();
  site.run(1_000);
  expect(site.loop.status().loop).toMatchObject({ cycles: 10, lateCycles: 0, missedCycles: 0, latenessMaxMs: 0 });
  site.timersLateByMs = 60;
  site.run(1_100); // the first of these was set before the trouble
  expect(site.loop.status().loop).toMatchObject({ cycles: 20, lateCycles: 9, missedCycles: 0 });
  site.timersLateByMs = 250;
  site.run(300);
  site.timersLateByMs = 0;
  site.run(1_000);
  const { latenessMaxMs, missedCycles, cycles } = site.loop.status().loop;
  expect(latenessMaxMs).toBeCloseTo(250, -1);
  expect(missedCycles).toBe(2);
  expect(cycles + missedCycles).toBe(34);
  expect(site.codes()).toContain("loop.overrun");
});

test("status comes once a second, and at once when another limit shapes the target", () => {
  const site = new BenchSite();
  site.loop.start();
  site.run(10_050);
  const quiet = site.of("status").length;
  expect(quiet).toBeGreaterThanOrEqual(10);
  expect(quiet).toBeLessThanOrEqual(13);
  site.loop.accept({ type: "grants", grants: [grantOf(1e6)] });
  site.run(100);
  expect(site.of("status").length).toBe(quiet + 1);
  expect(site.of("status").at(-1)?.status.explanation.source).toBe("lease");
});

test("the core answers what stands between the site and a power, and one unit's chain", () => {
  const site = new BenchSite({ grants: [grantOf(1e6)] });
  site.loop.accept({ type: "question", id: 1, question: { about: "why-not", powerW: W(9e6) } });
  site.loop.start();
  site.run(5_000);
  site.loop.accept({ type: "question", id: 2, question: { about: "why-not", powerW: W(9e6) } });
  site.loop.accept({ type: "question", id: 3, question: { about: "why-unit", unit: "unit-1" } });
  const answers = site.outputs.flatMap((output) => (output.type === "answer" ? [output.answer] : []));
  expect(answers).toMatchObject([
    { id: 1, result: { ok: false, error: { code: "loop.not-decided" } } },
    { id: 2, result: { ok: true, value: { wantedW: 9e6, ruledBy: { source: "lease" } } } },
    { id: 3, result: { ok: true } },
  ]);
});

test("a loop whose supervisor is silent writes nothing, and goes on from what is measured when it speaks again", () => {
  let isPermitted = true;
  const counted: number[] = [];
  const site = new BenchSite({
    grants: [grantOf(2e6)],
    supervision: { report: (cycles) => counted.push(cycles), mayCommand: () => isPermitted },
  });
  site.loop.start();
  site.run(5_000);
  expect(site.setpointsW()).toEqual([1e6, 1e6]);
  expect(counted.at(-1)).toBe(50);
  isPermitted = false;
  site.run(300);
  const writes = site.units.map((unit) => unit.writes.length);
  site.run(20_000);
  expect(site.units.map((unit) => unit.writes.length)).toEqual(writes);
  expect(site.setpointsW()).toEqual([0, 0]); // their own timers
  expect(site.codes().filter((code) => code.startsWith("loop.heartbeat"))).toEqual(["loop.heartbeat-withheld"]);
  isPermitted = true;
  site.run(500);
  expect(site.batteryW()).toBeLessThan(0.6e6); // by the ramp, from 0
  site.run(4_000);
  expect(site.setpointsW()).toEqual([1e6, 1e6]);
  expect(site.codes()).toContain("loop.heartbeat-restored");
});

test("a feeder's meter is a device of its own: its reading bounds the units on it, and its loss is told", () => {
  const bench = new BenchSite();
  const feeders = [
    { id: "a", unitIds: ["unit-1"], units: [0], exportWMax: W(1.2e6), importWMax: W(1e6), withoutMeterW: W(100e3) },
  ];
  const site = new BenchSite({
    grants: [grantOf(3e6)],
    config: {
      control: { ...bench.config.control, feeders },
      feederMeters: [{ ...bench.config.meter, id: "meter-a" }],
    },
  });
  site.loop.start();
  site.run(8_000);
  // The hand-made meter shows both units on this feeder: the other one is load and generation of others there.
  const { image, devices, explanation } = site.loop.status();
  expect(devices.map(({ id, state }) => [id, state])).toContainEqual(["meter-a", "ready"]);
  expect(image.feederMeters?.[0]?.powerW).toMatchObject({ quality: "good" });
  expect(explanation.because.map(({ limit }) => limit)).toContain("feeder");
  expect(image.feederMeters?.[0]?.powerW).toMatchObject({ value: expect.closeTo(site.batteryW(), -4) });
  site.meter.isSilent = true;
  site.run(5_000);
  expect(site.loop.status().explanation.alarms.map(({ code }) => code)).toContain("feeder-meter-missing");
  expect(site.setpointsW()[0]).toBeLessThanOrEqual(100e3);
});

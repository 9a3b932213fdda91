import { Ms, minutes, seconds, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { LoopInput } from "../loop/loop-types.ts";
import { sampleLease, sampleSite, strangerKey } from "./testing/sample-agent.ts";

const grantsIn = (posted: readonly LoopInput[]) =>
  posted.filter((input) => input.type === "grants").map((input) => input.grants.map(({ leaseId }) => leaseId));
const latchesIn = (posted: readonly LoopInput[]) =>
  posted.filter((input) => input.type === "latches").map(({ latches }) => latches);
const ackStates = (values: readonly unknown[]) => values.map((json) => JSON.parse(String(json)).state);

test("a start with a healthy store connects, is born and reports live", () => {
  const { clock, host, boot } = sampleSite();
  const { agent, state, live } = boot();
  clock.advance(seconds(5));
  expect(state.isReady).toBe(true);
  expect(host.births).toBe(1);
  live(1_000);
  live(2_000);
  expect(host.arrivals.filter(({ stream }) => stream === "telemetry").every(({ historical }) => !historical)).toBe(
    true,
  );
  expect(host.values("Power/Grid")).toEqual([1_000, 2_000]);
  expect(agent.view().sync?.streams.telemetry).toEqual({ acknowledged: 4, waiting: 0, inFlight: 0 });
});

test("what was measured without the cloud arrives later, whole, in order and flagged as history", () => {
  const { clock, host, boot } = sampleSite();
  const { live } = boot();
  host.link.isUp = false;
  for (let second = 0; second < 120; second++) live(second);
  expect(host.arrivals).toEqual([]);
  host.link.isUp = true;
  clock.advance(minutes(2));
  expect(host.hasAll("telemetry", 240)).toBe(true);
  const site = host.arrivals.filter(({ stream, device }) => stream === "telemetry" && device === undefined);
  expect(site.every(({ historical }) => historical)).toBe(true);
  expect(site.map(({ sequence }) => sequence)).toEqual(site.map((_, index) => 2 * index + 1));
});

test("a lease is on disk before the loop hears of it, and is acknowledged at each step", () => {
  const { clock, disk, host, boot } = sampleSite({ latencyMs: 100 });
  const { agent, posted } = boot();
  clock.advance(seconds(5));
  host.sendLease(sampleLease(clock, 1));
  clock.advance(Ms(40));
  expect(grantsIn(posted)).toEqual([[]]);
  expect(disk.image().facts["leases"]).toBeUndefined();
  clock.advance(seconds(1));
  expect(disk.image().facts["leases"]).toMatchObject({ book: { marks: { desk: { epoch: 1, sequence: 1 } } } });
  expect(grantsIn(posted)).toEqual([[], ["lease-1"]]);
  const progress = { leaseId: "lease-1", sequence: 1, powerW: 1e6 as never, because: [], atMs: clock.nowMs() };
  agent.onLoopOutput({ type: "lease-progress", progress: { ...progress, state: "applied" } });
  agent.onLoopOutput({ type: "lease-progress", progress: { ...progress, state: "read-back" } });
  agent.onLoopOutput({ type: "lease-progress", progress: { ...progress, state: "measured" } });
  clock.advance(seconds(1));
  expect(ackStates(host.values("Dispatch/Ack"))).toEqual(["received", "accepted", "applied", "read-back", "measured"]);
});

test.each([
  ["forged", "lease.forged", (clock: never) => sampleLease(clock, 2, {}, strangerKey)],
  ["replayed", "lease.stale-sequence", (clock: never) => sampleLease(clock, 1, { id: "another" })],
  [
    "meant for another site",
    "lease.foreign-audience",
    (clock: never) => sampleLease(clock, 2, { audience: "penstock/street" }),
  ],
  [
    "longer than the site allows",
    "lease.too-long",
    (clock: never) =>
      sampleLease(clock, 2, { ttlMs: minutes(60), expiresAtMs: (Date.UTC(2026, 0, 1) + 3_600_000) as never }),
  ],
  ["not a lease at all", "lease.malformed", () => new TextEncoder().encode("{}")],
] as const)("a lease that is %s moves nothing and leaves an audit record and an event", (_, code, envelope) => {
  const { clock, disk, host, boot } = sampleSite();
  const { posted } = boot();
  clock.advance(seconds(5));
  host.sendLease(sampleLease(clock, 1));
  clock.advance(seconds(1));
  const before = grantsIn(posted);
  host.sendLease(envelope(clock as never));
  clock.advance(seconds(1));
  expect(grantsIn(posted)).toEqual(before);
  expect(disk.audit.at(-1)).toMatchObject({ who: "cloud", what: "lease", outcome: code });
  expect(host.values("Event").map((json) => JSON.parse(String(json)))).toContainEqual(
    expect.objectContaining({ code: "lease.refused", facts: expect.objectContaining({ reason: code }) }),
  );
});

test("what the owner's terms have counted comes back after a kill, and nonsense on disk is told of", () => {
  const { clock, disk, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  const ledger = {
    takenMonotonicMs: 5_000,
    day: { startMs: 0, endMs: 86_400_000 },
    month: 1,
    dischargedTodayWh: 3e6,
    dischargedSinceRestWh: 1e6,
    restedMs: 0,
    counters: { "unit-1": { lifetimeWh: 5e8, estimatedWh: 0 } },
  } as never;
  first.agent.onLoopOutput({ type: "ledger", ledger });
  clock.advance(seconds(1));
  first.kill();
  const second = boot();
  clock.advance(seconds(5));
  expect(second.posted).toContainEqual({ type: "ledger", ledger });
  second.kill();

  disk.put("energy-ledger", { month: "May" });
  const third = boot();
  clock.advance(seconds(5));
  expect(third.posted.some(({ type }) => type === "ledger")).toBe(false);
});

test("a flood of forged leases is counted, not written down one by one", () => {
  const { clock, disk, host, boot } = sampleSite();
  boot();
  clock.advance(seconds(5));
  for (let index = 0; index < 300; index++) {
    host.sendLease(sampleLease(clock, index, {}, strangerKey));
    clock.advance(Ms(10));
  }
  clock.advance(seconds(5));
  host.sendLease(sampleLease(clock, 999, {}, strangerKey));
  clock.advance(seconds(1));
  expect(disk.audit.length).toBeLessThan(30);
  const leftOut = disk.audit.reduce((sum, { facts }) => sum + Number(facts["leftOutBefore"] ?? 0), 0);
  expect(disk.audit.length + leftOut).toBe(301);
});

test("SCADA's limit is in force at once, outlives the process, is in the audit log, and only SCADA lifts it", () => {
  const { clock, disk, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  first.agent.limitByGridOperator({ powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: W(3e6) }, "10.0.0.7");
  expect(latchesIn(first.posted).at(-1)).toMatchObject({ gridOperatorLimitW: { powerWMax: 3e6 } });
  clock.advance(seconds(1));
  expect(disk.audit.at(-1)).toMatchObject({ who: "scada 10.0.0.7", what: "grid-operator.limit" });
  first.kill();
  const second = boot();
  clock.advance(seconds(5));
  second.ask({ op: "limit-clear", by: "operator", reason: "not his to clear" });
  clock.advance(seconds(1));
  expect(latchesIn(second.posted).at(-1)).toMatchObject({ gridOperatorLimitW: { powerWMax: 3e6 } });
  second.agent.limitByGridOperator(undefined, "10.0.0.7");
  clock.advance(seconds(1));
  expect(latchesIn(second.posted).at(-1)?.gridOperatorLimitW).toBeUndefined();
});

test("SCADA's set-point is in force while it is renewed, is forgotten after, and does not outlive the process", () => {
  const { clock, disk, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  const command = () => first.agent.commandByGridOperator({ powerW: W(-3e6), forMs: seconds(10) }, "10.0.0.7");
  const setpoint = () => latchesIn(first.posted).at(-1)?.gridOperatorSetpoint;
  const said = () =>
    first.ask({ op: "events", limit: 50 }) as { readonly events: readonly { readonly code: string }[] };
  for (let renewed = 0; renewed < 3; renewed++) {
    command();
    expect(setpoint()).toEqual({ powerW: -3e6, expiresMonotonicMs: clock.monotonicMs() + 10_000 });
    clock.advance(seconds(6));
  }
  expect(disk.audit.filter(({ what }) => what === "grid-operator.setpoint")).toHaveLength(1);
  clock.advance(seconds(6));
  expect(setpoint()).toBeUndefined();
  expect(JSON.stringify(said())).toContain("grid-operator.setpoint-expired");
  command();
  first.kill();
  const second = boot();
  clock.advance(seconds(5));
  expect(latchesIn(second.posted).at(-1)?.gridOperatorSetpoint).toBeUndefined();
});

test("SCADA's vars go the same way: renewed, forgotten, never on disk; another figure is another entry", () => {
  const { clock, disk, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  const held = () => latchesIn(first.posted).at(-1)?.gridOperatorReactive;
  const vars = (reactiveVar: number) => ({ kind: "reactive", reactiveVar: Var(reactiveVar) }) as const;
  first.agent.commandReactiveByGridOperator(vars(2e5), seconds(10), "tso");
  clock.advance(seconds(6));
  first.agent.commandReactiveByGridOperator(vars(2e5), seconds(10), "tso");
  first.agent.commandByGridOperator({ powerW: W(1e6), forMs: seconds(60) }, "tso");
  clock.advance(seconds(6));
  expect(held()).toMatchObject({ kind: "reactive", reactiveVar: 2e5 });
  first.agent.commandReactiveByGridOperator(
    { kind: "power-factor", powerFactor: 0.9, excitation: "under" },
    seconds(10),
    "tso",
  );
  const entries = disk.audit.filter(({ what }) => what === "grid-operator.reactive");
  clock.advance(seconds(11));
  expect(held()).toBeUndefined();
  expect(latchesIn(first.posted).at(-1)?.gridOperatorSetpoint).toBeDefined();
  expect(entries.length + disk.audit.filter(({ what }) => what === "grid-operator.reactive").length).toBeGreaterThan(2);
  expect(JSON.stringify(first.ask({ op: "events", limit: 50 }))).toContain("grid-operator.reactive-expired");
  first.agent.commandReactiveByGridOperator(vars(1), seconds(600), "tso");
  first.kill();
  const second = boot();
  clock.advance(seconds(5));
  expect(latchesIn(second.posted).at(-1)?.gridOperatorReactive).toBeUndefined();
});

test("SCADA acknowledges an alarm as a person would: seen by whom, in the audit log; what there is none of is said", () => {
  const { clock, disk, boot } = sampleSite();
  const { agent } = boot();
  clock.advance(seconds(5));
  const code = "northbound.not-listening";
  agent.note({ code, level: "alarm", text: "a test's alarm", facts: {} });
  const alarmed = () => agent.view().alarms;
  const alarm = alarmed().find((one) => one.code === code);
  expect(alarm?.ackedBy).toBeNull();
  expect(agent.acknowledgeAlarm(alarm?.id ?? "", "scada tso", "seen")).toMatchObject({ ok: true, value: [alarm?.id] });
  clock.advance(seconds(1));
  // What had only happened and was seen is over.
  expect(alarmed().find((one) => one.code === code)).toBeUndefined();
  expect(disk.audit.some(({ who, what }) => who === "scada tso" && what.includes("ack"))).toBe(true);
  expect(agent.acknowledgeAlarm("no.such/alarm", "scada tso", "seen")).toMatchObject({
    error: { code: "operator.no-alarm" },
  });
});

test("a killed process comes back with its lease, its latches and every record", () => {
  const { clock, host, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  first.live(1);
  host.sendLease(sampleLease(clock, 5));
  clock.advance(seconds(1));
  expect(
    first.ask({ op: "limit-set", by: "operator", reason: "works on the line", powerWMin: null, powerWMax: 2e6 }),
  ).toMatchObject({ done: "limit-set", stored: true });
  first.agent.onLoopOutput({
    type: "grid-operator-limit",
    limitW: { powerWMin: -5e6 as never, powerWMax: Number.POSITIVE_INFINITY as never },
  });
  clock.advance(seconds(1));
  first.kill();
  clock.advance(seconds(4));

  host.link.isUp = true;
  const second = boot();
  clock.advance(seconds(5));
  expect(latchesIn(second.posted).at(-1)).toMatchObject({
    localLimitW: { powerWMin: Number.NEGATIVE_INFINITY, powerWMax: 2e6, reason: "works on the line" },
    gridOperatorLimitW: { powerWMin: -5e6, powerWMax: Number.POSITIVE_INFINITY },
  });
  expect(grantsIn(second.posted).at(-1)).toEqual(["lease-5"]);
  host.sendLease(sampleLease(clock, 5, { id: "replayed-after-restart" }));
  clock.advance(seconds(1));
  expect(grantsIn(second.posted)).toHaveLength(1);
  const { telemetry, events } = second.agent.view().sync?.streams ?? {};
  expect(telemetry).toMatchObject({ acknowledged: 2, waiting: 0, inFlight: 0 });
  expect(events).toMatchObject({ waiting: 0, inFlight: 0 });
});

test("a lease that ran out while nobody was in control is not taken up again", () => {
  const { clock, host, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  host.sendLease(sampleLease(clock, 5));
  clock.advance(seconds(1));
  first.kill();
  clock.advance(seconds(61));
  const second = boot();
  clock.advance(seconds(1));
  expect(grantsIn(second.posted)).toEqual([[]]);
});

test("without a disk the site starts within seconds, refuses leases and keeps what it measures in memory", () => {
  const { clock, disk, host, boot } = sampleSite();
  disk.broken = "no such device";
  const { agent, posted, state, live, ask } = boot();
  clock.advance(seconds(1));
  expect(state.isReady).toBe(true);
  live(7);
  expect(ask({ op: "alarms" })["alarms"]).toContainEqual(expect.objectContaining({ code: "store.unavailable" }));
  expect(ask({ op: "stop", by: "operator", reason: "smoke" })).toMatchObject({ done: "stop", stored: false });
  expect(latchesIn(posted).at(-1)?.stop).toEqual({ by: "operator", reason: "smoke" });
  expect(grantsIn(posted)).toEqual([]);

  disk.broken = undefined;
  clock.advance(seconds(30));
  expect(latchesIn(posted).at(-1)?.stop).toEqual({ by: "operator", reason: "smoke" });
  expect(agent.view()).toMatchObject({ isStoring: true, heldRecords: 0 });
  expect(host.values("Power/Grid")).toEqual([7]);
});

test("a lease whose disk fails is refused, and the one before stays", () => {
  const { clock, disk, host, boot } = sampleSite();
  const { posted } = boot();
  clock.advance(seconds(5));
  host.sendLease(sampleLease(clock, 1));
  clock.advance(seconds(1));
  disk.broken = "disk full";
  host.sendLease(sampleLease(clock, 2));
  clock.advance(seconds(1));
  expect(grantsIn(posted).at(-1)).toEqual(["lease-1"]);
  disk.broken = undefined;
  clock.advance(seconds(5));
  expect(ackStates(host.values("Dispatch/Ack"))).toEqual(["received", "accepted", "received", "rejected"]);
});

test("after a jump of the wall clock new leases wait until it has held still", () => {
  const { clock, disk, host, boot } = sampleSite();
  const { process } = boot();
  clock.advance(seconds(5));
  process.stepWall(seconds(-30));
  host.sendLease(sampleLease(clock, 1));
  clock.advance(seconds(1));
  expect(disk.audit.at(-1)?.outcome).toBe("lease.clock-not-trusted");
});

test("a stop is the operator's to clear, with a name and a reason, and both are audited", () => {
  const { clock, disk, boot } = sampleSite();
  const { ask, posted } = boot();
  clock.advance(seconds(5));
  expect(ask({ op: "stop", by: "ann" })).toMatchObject({ error: { code: "operator.not-understood" } });
  expect(ask({ op: "resume", by: "ann", reason: "done" })).toMatchObject({ error: { code: "operator.not-stopped" } });
  expect(ask({ op: "stop", by: "ann", reason: "smoke" })).toMatchObject({ done: "stop", stored: true });
  expect(ask({ op: "resume", by: "ann", reason: "all clear" })).toMatchObject({ done: "resume" });
  expect(latchesIn(posted).map(({ stop }) => stop?.reason)).toEqual([undefined, "smoke", undefined]);
  expect(disk.audit.map(({ what, outcome }) => [what, outcome])).toEqual([
    ["resume", "operator.not-stopped"],
    ["stop", "done"],
    ["resume", "done"],
  ]);
  expect(ask({ op: "audit", limit: 10 })).toMatchObject({ chain: { ok: true, value: { entries: 3 } } });
});

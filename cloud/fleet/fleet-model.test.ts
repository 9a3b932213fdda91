import { applyDelta, type FleetDelta } from "@penstock/protocol/fleet";
import { SimClock } from "@penstock/protocol/time";
import { type Ms, MW, minutes, seconds, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { FleetModel, FleetPublisher } from "./index.ts";
import { FixtureFleet } from "./testing/fixture-fleet.ts";

function world() {
  const clock = new SimClock(UtcMs(1_700_000_000_000));
  const model = new FleetModel({ clock, sites: [{ siteId: "park" }, { siteId: "street", name: "Elm Street" }] });
  const say = (siteId: string, values: Record<string, number | string | null>, device?: string) =>
    model.ingested({
      type: "values",
      siteId,
      ...(device !== undefined && { device }),
      knownAtMs: clock.nowMs(),
      values: Object.entries(values).map(([name, value]) => ({ name, value, aboutMs: clock.nowMs() })),
    });
  const online = (siteId: string) => model.ingested({ type: "site-online", siteId, atMs: clock.nowMs() });
  const offline = (siteId: string, because: "death" | "host-disconnected" = "death") =>
    model.ingested({ type: "site-offline", siteId, atMs: clock.nowMs(), because });
  const event = (siteId: string, code: string, level: string, facts: object = {}, ageMs = 0) =>
    model.ingested({
      type: "edge-event",
      siteId,
      knownAtMs: clock.nowMs(),
      event: { aboutMs: UtcMs(clock.nowMs() - ageMs), code, level, text: code, facts: { ...facts } },
    });
  const after = (durationMs: Ms) => {
    clock.advance(durationMs);
    model.refresh();
    return model.snapshot();
  };
  const site = (siteId: string) => after(seconds(1)).sites.find((each) => each.siteId === siteId);
  const alarms = () => after(seconds(1)).alarms.map(({ id }) => id);
  return { clock, model, say, online, offline, event, after, site, alarms };
}

test("a site is what its metrics say, and null is what it never said", () => {
  const { say, online, site, model } = world();
  online("street");
  say("street", {
    "Power/Battery": 5000,
    "Power/Wish": 8000,
    "Power/Target": 5000,
    "Energy/SoC": 0.5,
    "Control/Because": "soc-window, ramp",
    "Control/Source": "lease",
  });
  model.target("street", W(8000));
  expect(site("street")).toMatchObject({
    name: "Elm Street",
    state: "limited",
    online: true,
    batteryPowerW: 5000,
    wishPowerW: 8000,
    awardPowerW: 8000,
    gridPowerW: null,
    soc: 0.5,
    source: "lease",
    because: ["soc-window", "ramp"],
  });
});

test.each([
  ["offline", false, {}],
  ["normal", true, { "Power/Wish": 1000, "Power/Target": 1000, "Control/Because": "soc-window" }],
  ["normal", true, { "Power/Wish": 1e6, "Power/Target": 2e5, "Control/Because": "" }],
  ["limited", true, { "Power/Wish": 1e6, "Power/Target": 2e5, "Control/Because": "grid-connection" }],
  ["normal", true, { "Power/Wish": 1e6, "Power/Target": 995e3, "Control/Because": "grid-connection" }],
])("a site is %s (online %s, %j)", (state, isOnline, values) => {
  const { say, online, site } = world();
  if (isOnline) online("park");
  say("park", values);
  expect(site("park")?.state).toBe(state);
});

test("the summary counts sites that are online, and says how many that is", () => {
  const { say, online, model, after } = world();
  online("park");
  say("park", {
    "Power/Battery": 8e6,
    "Power/Grid": 7e6,
    "Energy/SoC": 0.5,
    "Energy/Capacity": 4e7,
    "Units/Available": 9,
    "Units/Total": 10,
  });
  say("street", { "Power/Battery": 5e3, "Energy/SoC": 0.5, "Energy/Capacity": 1e5, "Units/Total": 20 });
  model.target("park", MW(9));
  model.target("street", W(5000));
  const { summary } = after(seconds(1));
  expect(summary).toMatchObject({
    sitesTotal: 2,
    sitesOnline: 1,
    sitesByState: { offline: 1, alarm: 0, limited: 0, normal: 1 },
    batteryPowerW: 8e6,
    gridPowerW: 7e6,
    awardPowerW: 9e6,
    awardedBatteryPowerW: 8e6,
    energyWh: 2e7,
    capacityWh: 4e7,
    unitsAvailable: 9,
    unitsTotal: 30,
    dataAgeMsMax: 1000,
  });
});

test("a link that is back within five seconds needs nobody; one that is not is an alarm until it is back", () => {
  const { online, offline, alarms, clock } = world();
  online("park");
  offline("park");
  clock.advance(seconds(3));
  online("park");
  clock.advance(seconds(10));
  expect(alarms()).toEqual([]);
  offline("park");
  clock.advance(seconds(10));
  expect(alarms()).toEqual(["park/site.link-lost"]);
  online("park");
  expect(alarms()).toEqual([]);
});

test("a cloud that lost its broker raises one alarm, not one for each site", () => {
  const { online, offline, alarms, clock } = world();
  for (const siteId of ["park", "street"]) online(siteId);
  for (const siteId of ["park", "street"]) offline(siteId, "host-disconnected");
  clock.advance(seconds(10));
  expect(alarms()).toEqual(["cloud/cloud.link-lost"]);
});

test("an alarm of the edge stands from its begin to its end; what happened once stands ten minutes", () => {
  const { online, say, event, alarms, clock } = world();
  online("park");
  event("park", "limit-conflict", "alarm", { state: "begins" });
  event("park", "lease.refused", "alarm");
  event("park", "sync.connected", "info");
  event("park", "device.reverted", "warning");
  expect(alarms()).toEqual(["park/edge/lease.refused", "park/edge/limit-conflict"]);
  clock.advance(minutes(9.5));
  say("park", { "Grid/Frequency": 50 });
  expect(alarms()).toHaveLength(2);
  clock.advance(minutes(0.5));
  expect(alarms()).toEqual(["park/edge/limit-conflict"]);
  event("park", "limit-conflict", "info", { state: "over" });
  expect(alarms()).toEqual([]);
});

test("a lost device's alarm is its own, and over when the device is ready again", () => {
  const { online, event, alarms } = world();
  online("park");
  event("park", "device.lost", "alarm", { device: "unit-1" });
  event("park", "device.lost", "alarm", { device: "meter-1" });
  event("park", "device.ready", "info", { device: "unit-1" });
  expect(alarms()).toEqual(["park/meter-1/edge/device.lost"]);
  event("park", "device.ready", "info", { device: "meter-1" });
  expect(alarms()).toEqual([]);
});

test("alarms from an old backlog are history", () => {
  const { online, event, alarms } = world();
  online("park");
  event("park", "limit-conflict", "alarm", { state: "begins" }, 2 * 3600e3);
  expect(alarms()).toEqual([]);
});

test("an edge that began anew holds no alarm from before, while the cloud's own stay", () => {
  const { online, say, event, alarms } = world();
  online("park");
  say("park", { "Loop/Cycles": 500 });
  event("park", "limit-conflict", "alarm", { state: "begins" });
  say("park", { State: "fault" }, "unit-1");
  say("park", { "Loop/Cycles": 600 });
  expect(alarms()).toHaveLength(2);
  say("park", { "Loop/Cycles": 3 });
  expect(alarms()).toEqual(["park/unit-1/unit.fault"]);
  say("park", { State: "running" }, "unit-1");
  expect(alarms()).toEqual([]);
});

test("a site that is connected and says nothing for a minute is stuck, and that is one alarm", () => {
  const { online, say, after, clock } = world();
  online("park");
  say("park", { "Grid/Frequency": 50 });
  clock.advance(seconds(61));
  for (let i = 0; i < 5; i++) after(seconds(1));
  expect(after(seconds(1)).alarms).toMatchObject([{ code: "site.data-stale", count: 1 }]);
  say("park", { "Grid/Frequency": 50 });
  expect(after(seconds(1)).alarms).toEqual([]);
});

test("sites stand worst first, the largest first among equals", () => {
  const { online, say, offline, after } = world();
  for (const siteId of ["park", "street"]) online(siteId);
  say("street", { "Capability/Discharge": 1e5 });
  say("park", { "Capability/Discharge": 1e7 });
  const order = () => after(seconds(1)).sites.map(({ siteId }) => siteId);
  expect(order()).toEqual(["park", "street"]);
  offline("street");
  expect(order()).toEqual(["street", "park"]);
});

test("what was known before a restart is shown as old", () => {
  const { model, clock, site } = world();
  const knownAtMs = UtcMs(clock.nowMs() - 60_000);
  model.restore("park", [{ name: "Energy/SoC", value: 0.4, aboutMs: knownAtMs, knownAtMs }]);
  expect(site("park")).toMatchObject({ online: false, state: "offline", soc: 0.4, receivedAtMs: knownAtMs });
});

test("snapshot and deltas together are always what the model shows", () => {
  const clock = new SimClock(UtcMs(1_700_000_000_000));
  const fleet = new FixtureFleet(clock);
  let held = fleet.model.snapshot();
  const stop = fleet.model.listen((delta: FleetDelta) => {
    const next = applyDelta(held, delta);
    expect(next).toBeDefined();
    held = next ?? held;
  });
  for (let i = 0; i < 60; i++) {
    clock.advance(seconds(1));
    fleet.second();
    if (i === 30) fleet.trouble();
    const byId = [...held.sites].sort((a, b) => a.siteId.localeCompare(b.siteId));
    const shown = fleet.model.snapshot();
    expect({ ...held, sites: byId }).toEqual({
      ...shown,
      sites: [...shown.sites].sort((a, b) => a.siteId.localeCompare(b.siteId)),
    });
  }
  expect(held.alarms.length).toBeGreaterThan(0);
  stop();
  fleet.second();
  expect(held.sequence).toBe(fleet.model.snapshot().sequence - 1);
});

test("a bid is replaced by a newer version, takes its award, and leaves when its interval is over", () => {
  const clock = new SimClock(UtcMs(1_700_000_000_000));
  const fleet = new FixtureFleet(clock);
  const bids = () => fleet.model.snapshot().markets[0]?.bids ?? [];
  expect(bids().map(({ state }) => state)).toEqual(["cleared", "cleared", "accepted", "accepted"]);
  const next = bids()[2];
  if (next === undefined) throw new Error("the fixture bids for the next interval");
  const { version: _, awardPowerW: __, clearedPricePerMWh: ___, ...update } = next;
  fleet.model.bid({ ...update, bidVersion: 2, because: "newer" });
  fleet.model.bid({ ...update, bidVersion: 1, because: "older" });
  fleet.model.cleared({ ...update, awardPowerW: MW(7), pricePerMWh: 90 });
  fleet.model.refresh();
  expect(bids()[2]).toMatchObject({ because: "newer", state: "cleared", awardPowerW: 7e6, clearedPricePerMWh: 90 });
  for (let i = 0; i < 10; i++) fleet.second();
  expect(bids()[0]?.intervalStartMs).toBe(next.intervalStartMs);
});

test("on MQTT everything is retained, and of what could not be sent only the newest is tried again", () => {
  const clock = new SimClock(UtcMs(1_700_000_000_000));
  const fleet = new FixtureFleet(clock);
  const sent: { topic: string; document: { version: number; atMs?: number } }[] = [];
  let isUp = false;
  const publisher = new FleetPublisher(({ topic, payload, retain }) => {
    expect(retain).toBe(true);
    if (isUp) sent.push({ topic, document: JSON.parse(new TextDecoder().decode(payload)) });
    return isUp;
  });
  publisher.show(fleet.model.snapshot());
  clock.advance(seconds(1));
  publisher.show(fleet.model.refresh());
  expect(sent).toEqual([]);
  isUp = true;
  clock.advance(seconds(1));
  publisher.show(fleet.model.refresh());
  expect(sent.map(({ topic }) => topic).sort()).toEqual([
    "penstock/fleet/alarms",
    "penstock/fleet/market/nem-energy",
    "penstock/fleet/sites/feeder",
    "penstock/fleet/sites/park",
    "penstock/fleet/sites/street",
    "penstock/fleet/summary",
  ]);
  for (const { document } of sent) expect(document.version).toBe(1);
  expect(sent.find(({ topic }) => topic.endsWith("summary"))?.document.atMs).toBe(clock.nowMs());
});

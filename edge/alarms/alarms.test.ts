import { Rng } from "@penstock/protocol/rng";
import { minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { sampleSite } from "../agent/testing/sample-agent.ts";
import { sampleStatus } from "../agent/testing/sample-status.ts";
import { type AlarmCondition, stateOf } from "./alarm.ts";
import { type AlarmBook, acknowledge, noAlarms, noteMomentary, shelve, updateAlarms } from "./alarm-book.ts";
import { alarmsFromFact, alarmsToFact } from "./alarm-fact.ts";
import { groupAlarms, isFlood } from "./alarm-flood.ts";
import { alarmHealth } from "./alarm-health.ts";

const startMs = Date.UTC(2026, 0, 1);
const lost = (device: string): AlarmCondition => ({ code: "device.lost", device, text: `${device} is lost` });
const ids = (alarms: unknown) => (alarms as { id: string }[]).map(({ id }) => id);
const unit3 = "device.lost/unit-3";

/** Plays a story: at each second a condition that holds (+) or not (-), or what a person does. */
function play(...story: readonly ("+" | "-" | "ack" | "shelve 10s" | "wait 5s")[]): AlarmBook {
  let book = noAlarms;
  let nowMs = UtcMs(startMs);
  const lastSeenMs = new Map<string, number>();
  let holds = false;
  for (const act of story) {
    nowMs = UtcMs(nowMs + (act === "wait 5s" ? 5_000 : 1_000));
    if (act === "+" || act === "-") holds = act === "+";
    if (act === "ack") book = acknowledge(book, unit3, "ann", nowMs) ?? book;
    if (act === "shelve 10s") {
      book = shelve(book, unit3, { untilMs: UtcMs(nowMs + 10_000), by: "ann", reason: "x" }, nowMs) ?? book;
    }
    if (holds) lastSeenMs.set(unit3, nowMs);
    book = updateAlarms(book, holds ? [lost("unit-3")] : [], lastSeenMs, nowMs);
  }
  return book;
}

test.each([
  [["+"], "unacked"],
  [["+", "ack"], "acked"],
  [["+", "-"], "unacked"], // away for a second is not away
  [["+", "-", "wait 5s"], "returned"],
  [["+", "-", "wait 5s", "ack"], "gone"],
  [["+", "ack", "-", "wait 5s"], "gone"],
  [["+", "ack", "-", "+"], "acked"], // flickering is one alarm
  [["+", "-", "wait 5s", "+"], "unacked"],
  [["+", "ack", "-", "wait 5s", "+"], "unacked"],
  [["+", "shelve 10s"], "shelved"],
  [["+", "shelve 10s", "-", "wait 5s"], "shelved"],
  [["+", "ack", "shelve 10s", "wait 5s", "wait 5s"], "unacked"], // off the shelf and still so: it calls again
  [["+", "shelve 10s", "-", "wait 5s", "wait 5s"], "returned"],
] as const)("%j leaves the alarm %s", (story, expected) => {
  const alarm = play(...story).alarms.get(unit3);
  expect(alarm === undefined ? "gone" : stateOf(alarm)).toBe(expected);
});

test("an alarm that comes again is one line with a number, and the log has each change", () => {
  const book = play("+", "-", "wait 5s", "+");
  expect(book.alarms.get(unit3)).toMatchObject({ times: 2, priority: "high" });
  expect(book.log.map(({ change }) => change)).toEqual(["raised", "returned", "raised"]);
});

test("what happened and is over stays until somebody has seen it", () => {
  const condition = { code: "device.foreign-write", device: "unit-3", text: "unit-3: WSet is another's" };
  const noted = noteMomentary(noAlarms, condition, UtcMs(startMs));
  expect([...noted.alarms.values()].map(stateOf)).toEqual(["returned"]);
  const id = "device.foreign-write/unit-3";
  expect(acknowledge(noted, id, "ann", UtcMs(startMs))?.alarms.size).toBe(0);
  expect(acknowledge(noted, "device.lost/unit-9", "ann", UtcMs(startMs))).toBeUndefined();
});

test("whatever happens, an active condition is never without its alarm and the log tells every state", () => {
  for (let seed = 0; seed < 300; seed++) {
    const rng = new Rng(seed);
    let book = noAlarms;
    let nowMs = startMs;
    const lastSeenMs = new Map<string, number>();
    for (let step = 0; step < 60; step++) {
      nowMs += rng.integer(1, 9) * 1_000;
      const now = UtcMs(nowMs);
      const conditions = ["unit-1", "unit-2", "unit-3"].filter(() => rng.chance(0.5)).map(lost);
      for (const { device } of conditions) lastSeenMs.set(`device.lost/${device}`, nowMs);
      const id = `device.lost/unit-${rng.integer(1, 3)}`;
      if (rng.chance(0.3)) book = acknowledge(book, id, "ann", now) ?? book;
      if (rng.chance(0.1))
        book = shelve(book, id, { untilMs: UtcMs(nowMs + 9_000), by: "b", reason: "x" }, now) ?? book;
      book = updateAlarms(book, conditions, lastSeenMs, now);
      for (const { device } of conditions) {
        if (!book.alarms.get(`device.lost/${device}`)?.isActive) throw new Error(`seed ${seed} lost ${device}`);
      }
    }
    expect(alarmsFromFact(JSON.parse(JSON.stringify(alarmsToFact(book))))).toEqual(book);
    const raised = book.log.filter(({ change }) => change === "raised").length;
    const gone = book.log.filter(({ change }) => change === "gone").length;
    expect(raised).toBeGreaterThanOrEqual(gone);
  }
});

test("facts that make no sense are no alarms; an alarm that still holds is raised again", () => {
  expect(alarmsFromFact(undefined)).toEqual(noAlarms);
  expect(alarmsFromFact({ alarms: [{ id: 7 }], log: [null] })).toEqual(noAlarms);
});

test("a flood groups by kind, and a critical alarm keeps its line", () => {
  const conditions = [
    ...Array.from({ length: 20 }, (_, index) => lost(`unit-${index + 1}`)),
    { code: "loop.silent", device: null, text: "silent" },
    { code: "meter-stale", device: null, text: "stale" },
  ];
  const book = updateAlarms(noAlarms, conditions, new Map(), UtcMs(startMs));
  expect(isFlood(book.log, UtcMs(startMs + 1_000))).toBe(true);
  expect(isFlood(book.log, UtcMs(startMs + minutes(11)))).toBe(false);
  const lines = groupAlarms([...book.alarms.values()], true);
  expect(lines.map(({ code, alarms }) => [code, alarms.length])).toEqual([
    ["device.lost", 20],
    ["loop.silent", 1],
    ["meter-stale", 1],
  ]);
  expect(alarmHealth(book.log, UtcMs(startMs + minutes(20)))).toMatchObject({
    raised: 22,
    mostInTenMinutes: 22,
    perTenMinutes: 11,
  });
});

test("at the site: raised, acknowledged and shelved by people, kept over a restart, refused where it makes no sense", () => {
  const { clock, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(5));
  const report = () => first.agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
  report();
  expect(first.ask({ op: "alarms" })).toMatchObject({
    alarms: [{ id: "limit-conflict", state: "unacked", priority: "high" }],
  });
  const act = { by: "ann", reason: "known" };
  expect(first.ask({ op: "alarm-ack", alarm: "nothing", ...act })).toMatchObject({
    error: { code: "operator.no-alarm" },
  });
  expect(first.ask({ op: "alarm-ack", alarm: "limit-conflict", ...act })).toMatchObject({
    acknowledged: ["limit-conflict"],
  });
  expect(first.ask({ op: "alarm-ack", alarm: "limit-conflict", ...act }, "viewer")).toMatchObject({
    error: { code: "operator.not-permitted" },
  });
  expect(first.ask({ op: "alarm-shelve", alarm: "limit-conflict", forMs: seconds(60), ...act })).toMatchObject({
    shelved: ["limit-conflict"],
  });
  expect(first.ask({ op: "alarm-shelve", alarm: "limit-conflict", forMs: 1e9, ...act })).toMatchObject({
    error: { code: "operator.not-understood" },
  });
  expect(first.ask({ op: "audit", limit: 3 })).toMatchObject({
    entries: [
      { what: "alarm-acknowledged" },
      { outcome: "operator.not-permitted" },
      { what: "alarm-shelved", who: "ann" },
    ],
  });
  first.kill();
  const second = boot();
  clock.advance(seconds(5));
  second.agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
  expect(second.ask({ op: "alarms" })).toMatchObject({
    alarms: [],
    shelved: [{ id: "limit-conflict", ackedBy: "ann" }],
  });
  clock.advance(seconds(60));
  second.agent.onLoopOutput({ type: "status", status: sampleStatus(clock) });
  const after = second.ask({ op: "alarms" });
  expect(after).toMatchObject({ shelved: [] });
  expect(ids(after["alarms"])).toContain("limit-conflict");
  const log = second.ask({ op: "alarm-log", limit: 20 })["log"] as { id: string; change: string; by: string | null }[];
  expect(log.filter(({ id }) => id === "limit-conflict").map(({ change, by }) => [change, by])).toEqual([
    ["raised", null],
    ["acked", "ann"],
    ["shelved", "ann"],
    ["unshelved", null],
  ]);
});

test("a critical alarm cannot be shelved", () => {
  const { clock, boot } = sampleSite();
  const { ask } = boot();
  clock.advance(seconds(5));
  ask({ op: "alarms" });
  clock.advance(seconds(5));
  expect(ask({ op: "alarms" })).toMatchObject({ alarms: [{ id: "loop.silent", priority: "critical" }] });
  expect(ask({ op: "alarm-shelve", alarm: "all", forMs: 1_000, by: "a", reason: "b" })).toMatchObject({
    error: { code: "alarm.not-for-shelving" },
  });
});

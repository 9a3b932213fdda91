import { Rng } from "@penstock/protocol/rng";
import { Ms, minutes, seconds } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { sampleSite } from "../agent/testing/sample-agent.ts";

test("records lost on the way are sent again, once each, and everything is accounted for", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { clock, disk, host, boot } = sampleSite();
    const rng = new Rng(seed);
    const { agent, live } = boot();
    clock.advance(seconds(3));
    host.link.loses = ({ topic }) => topic.includes("DATA") && rng.chance(0.05);
    for (let second = 0; second < 60; second++) live(second);
    host.link.loses = () => false;
    clock.advance(minutes(3));
    const { lastSequence, acknowledged } = disk.image().streams.telemetry;
    expect([seed, lastSequence, acknowledged]).toEqual([seed, 120, 120]);
    expect(host.hasAll("telemetry", 120)).toBe(true);
    expect(agent.view().sync?.streams.telemetry).toMatchObject({ waiting: 0, inFlight: 0 });
  }
});

test("after a break live records come before the backlog, and the backlog is throttled", () => {
  const { clock, host, boot } = sampleSite();
  const { live } = boot();
  clock.advance(seconds(3));
  host.link.cut();
  for (let second = 0; second < 1_200; second++) live(second);
  host.link.isUp = true;
  while (host.births < 2) clock.advance(Ms(10));
  const before = host.arrivals.length;
  live(9_999);
  const arrived = host.arrivals.slice(before).filter(({ stream }) => stream === "telemetry");
  expect(arrived.some(({ historical, sequence }) => !historical && sequence === 2_401)).toBe(true);
  const backlog = arrived.filter(({ historical }) => historical);
  expect(backlog.length).toBeGreaterThan(100);
  expect(backlog.length).toBeLessThan(1_000);
  clock.advance(seconds(30));
  expect(host.hasAll("telemetry", 2_402)).toBe(true);
});

test("a host that acknowledges nothing is not drowned, and gets everything when it does", () => {
  const { clock, disk, host, boot } = sampleSite();
  const { live } = boot();
  clock.advance(seconds(3));
  host.acknowledges = false;
  for (let second = 0; second < 300; second++) live(second);
  expect(host.arrivals.filter(({ stream }) => stream === "telemetry").length).toBeLessThan(2_200);
  expect(disk.image().streams.telemetry.acknowledged).toBe(0);
  host.acknowledges = true;
  live(300);
  clock.advance(seconds(30));
  expect(disk.image().streams.telemetry).toEqual({ lastSequence: 602, acknowledged: 602 });
});

test("a send buffer that is full keeps the record and ends in new births", () => {
  const { clock, host, boot } = sampleSite();
  const { live } = boot();
  clock.advance(seconds(3));
  host.link.isFull = true;
  live(1);
  live(2);
  host.link.isFull = false;
  clock.advance(seconds(5));
  expect(host.births).toBe(2);
  expect(host.hasAll("telemetry", 4)).toBe(true);
});

test("telemetry that a full disk had thinned arrives as summaries that account for every number", () => {
  const { clock, host, boot } = sampleSite({ budgetBytes: 20_000 });
  const { live } = boot();
  host.link.isUp = false;
  for (let second = 0; second < 900; second++) live(second);
  host.link.isUp = true;
  clock.advance(minutes(3));
  expect(host.hasAll("telemetry", 1_800)).toBe(true);
  const summaries = [...host.records.values()].filter(({ from, sequence }) => from < sequence);
  expect(summaries.length).toBeGreaterThan(5);
  expect(host.records.size).toBeLessThan(1_000);
});

test("an acknowledgement of another database, or of what was never sent, deletes nothing", () => {
  const { clock, disk, host, boot } = sampleSite();
  const { live } = boot();
  clock.advance(seconds(3));
  host.acknowledges = false;
  live(1);
  host.acknowledge("epoch-of-yesterday", "telemetry", 2);
  host.acknowledge("epoch-1", "telemetry", 999);
  host.acknowledge("epoch-1", "no-such-stream", 1);
  clock.advance(seconds(1));
  expect(disk.image().streams.telemetry.acknowledged).toBe(0);
});

test("every session has a new bdSeq, also after a restart", () => {
  const { clock, disk, host, boot } = sampleSite();
  const first = boot();
  clock.advance(seconds(3));
  host.link.cut();
  host.link.isUp = true;
  clock.advance(seconds(5));
  first.kill();
  host.link.isUp = true;
  boot();
  clock.advance(seconds(3));
  expect(host.link.sessions.length).toBe(3);
  expect(disk.image().facts["bdSeq"]).toBe(2);
});

test("sessions that break as soon as they are made raise an alarm about the identity", () => {
  const { clock, host, boot } = sampleSite();
  const { ask } = boot();
  for (let count = 0; count < 4; count++) {
    while (host.births <= count) clock.advance(Ms(50));
    host.link.cut();
    host.link.isUp = true;
    clock.advance(seconds(1));
  }
  const { events } = ask({ op: "events", limit: 1_000 }) as { events: { code: string; level: string }[] };
  expect(events).toContainEqual(expect.objectContaining({ code: "sync.contested", level: "alarm" }));
});

import { Rng } from "@penstock/protocol/rng";
import { Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Outbox } from "./outbox.ts";

const limits = { backlogPerS: 100, batchRecords: 20, inFlightMax: 50, ackTimeoutMs: Ms(10_000) };
const record = (sequence: number) => ({ stream: "telemetry" as const, sequence });

test("live records go at once; the backlog comes oldest first and no faster than the bucket fills", () => {
  const outbox = new Outbox(limits);
  outbox.restore("telemetry", 1_000, 0);
  expect(outbox.offerLive("telemetry", 1_001, 1_001, true)).toBe(true);
  outbox.sent(record(1_001), 0);
  expect(outbox.take(0)).toEqual({ stream: "telemetry", from: 1, to: 20 });
  expect(outbox.take(0)).toBeUndefined();
  expect(outbox.take(100)).toEqual({ stream: "telemetry", from: 21, to: 30 });
});

test("the worthier stream goes first", () => {
  const outbox = new Outbox(limits);
  outbox.restore("telemetry", 5, 0);
  outbox.restore("events", 5, 0);
  outbox.restore("settlement", 5, 0);
  expect([outbox.take(0), outbox.take(0), outbox.take(0)].map((batch) => batch?.stream)).toEqual([
    "settlement",
    "events",
    "telemetry",
  ]);
});

test("live records beyond the window wait as backlog", () => {
  const outbox = new Outbox(limits);
  for (let sequence = 1; sequence <= 50; sequence++) {
    expect(outbox.offerLive("telemetry", sequence, sequence, true)).toBe(true);
    outbox.sent(record(sequence), 0);
  }
  expect(outbox.offerLive("telemetry", 51, 51, true)).toBe(false);
  expect(outbox.waiting("telemetry")).toBe(1);
  expect(outbox.take(0)).toBeUndefined();
  outbox.acknowledged("telemetry", 50);
  expect(outbox.take(0)).toEqual({ stream: "telemetry", from: 51, to: 51 });
});

test("only the number the host owes is judged lost; what waits for it is not sent again", () => {
  const outbox = new Outbox(limits);
  for (let sequence = 1; sequence <= 9; sequence++) {
    outbox.offerLive("telemetry", sequence, sequence, true);
    outbox.sent(record(sequence), sequence * 1_000);
  }
  outbox.acknowledged("telemetry", 3); // 4 was lost on the way; 5 to 9 arrived.
  expect(outbox.take(13_999)).toBeUndefined();
  expect(outbox.take(14_000)).toEqual({ stream: "telemetry", from: 4, to: 4 });
  outbox.sent(record(4), 14_000);
  outbox.acknowledged("telemetry", 9);
  expect(outbox.take(60_000)).toBeUndefined();
});

test("a summary stands for its whole range, also when the host had part of it", () => {
  const outbox = new Outbox(limits);
  outbox.restore("telemetry", 30, 0);
  expect(outbox.take(0)).toEqual({ stream: "telemetry", from: 1, to: 20 });
  outbox.sent({ ...record(25), folded: { fromSequence: 1, windowMs: Ms(60_000), records: 25 } }, 0);
  outbox.acknowledged("telemetry", 7);
  expect(outbox.inFlight("telemetry")).toBe(1);
  expect(outbox.waiting("telemetry")).toBe(5);
  outbox.acknowledged("telemetry", 25);
  expect(outbox.inFlight("telemetry")).toBe(0);
});

test("over a thousand seeds of loss, late acknowledgements and broken sessions every number arrives", () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const rng = new Rng(seed);
    const outbox = new Outbox(limits);
    const host = new Set<number>();
    let stored = rng.integer(0, 200);
    let acknowledged = 0;
    outbox.restore("telemetry", stored, 0);
    let nowMs = 0;
    const send = (sequence: number) => {
      if (!rng.chance(0.1)) host.add(sequence); // A tenth is lost.
      outbox.sent(record(sequence), nowMs);
    };
    const step = (isBusy: boolean) => {
      nowMs += 500;
      if (isBusy) {
        stored++;
        if (outbox.offerLive("telemetry", stored, stored, rng.chance(0.9))) send(stored);
        if (rng.chance(0.02)) outbox.restart();
      }
      for (let batch = outbox.take(nowMs); batch !== undefined; batch = outbox.take(nowMs)) {
        if (rng.chance(0.1)) outbox.returned(batch.stream, batch.from, batch.to);
        else for (let sequence = batch.from; sequence <= batch.to; sequence++) send(sequence);
      }
      if (rng.chance(0.5)) return;
      while (host.has(acknowledged + 1)) acknowledged++;
      outbox.acknowledged("telemetry", acknowledged);
    };
    for (let count = 0; count < 100; count++) step(true);
    for (let count = 0; count < 5_000 && acknowledged < stored; count++) step(false);
    expect([seed, acknowledged]).toEqual([seed, stored]);
    expect(outbox.waiting("telemetry") + outbox.inFlight("telemetry")).toBe(0);
  }
});

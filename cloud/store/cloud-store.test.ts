import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UtcMs } from "@penstock/protocol/units";
import BetterSqlite from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import { type CloudStore, MemoryCloudStore, openSqliteCloudStore, type TelemetryRecord } from "./index.ts";

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const action of cleanUp.splice(0).reverse()) action();
});

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "cloud-store-"));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  return join(folder, "cloud.sqlite");
}

function open(path: string): CloudStore {
  const store = openSqliteCloudStore(path);
  if (!store.ok) throw new Error(store.error.code);
  cleanUp.push(() => store.value.close());
  return store.value;
}

const utc = (ms: number) => ms as UtcMs;
const record = (sequence: number, over: Partial<TelemetryRecord> = {}): TelemetryRecord => ({
  siteId: "park",
  epoch: "e1",
  stream: "telemetry",
  sequence,
  aboutMs: utc(sequence * 1000),
  values: [["Power/Grid", sequence]],
  ...over,
});
const batch = (records: readonly TelemetryRecord[], knownAtMs = 5000) => ({
  knownAtMs: utc(knownAtMs),
  records,
  quarantine: [],
  latest: [],
});
const allTime = { startMs: utc(0), endMs: utc(1e15) };

describe.each<[string, () => CloudStore]>([
  ["SQLite", () => open(temporaryFile())],
  ["memory", () => new MemoryCloudStore()],
])("the %s store", (_name, create) => {
  test("applies each record once, in whatever batches it comes again", () => {
    const store = create();
    const first = store.commit(batch([record(1), record(2), record(2)]));
    expect(first.ok && first.value.applied.map(({ sequence }) => sequence)).toEqual([1, 2]);
    const second = store.commit(batch([record(2), record(4), record(1)]));
    expect(second.ok && second.value.applied.map(({ sequence }) => sequence)).toEqual([4]);
    expect(second.ok && second.value.ledgers).toMatchObject([
      { completeUpTo: 2, highest: 4, received: 3, redelivered: 3 },
    ]);
    expect(store.records("park", "telemetry", allTime, 10)).toEqual([record(1), record(2), record(4)]);
    expect(store.recordCounts()).toEqual({ stored: 3, redelivered: 3, missing: 1, quarantined: 0 });
  });

  test("tells streams, epochs and sites apart", () => {
    const store = create();
    const others = [{ stream: "events" }, { epoch: "e2" }, { siteId: "street" }, {}].map((over) => record(1, over));
    const outcome = store.commit(batch(others));
    expect(outcome.ok && outcome.value.applied).toHaveLength(4);
    expect(store.ledgers("park").map(({ epoch, stream }) => `${epoch} ${stream}`)).toEqual([
      "e1 events",
      "e2 telemetry",
      "e1 telemetry",
    ]);
    expect(store.ledgers("street")).toMatchObject([{ completeUpTo: 1, completeUpToMs: 1000 }]);
  });

  test("a summary stands for the numbers it folded, also beside the last of them when that had come before", () => {
    const store = create();
    store.commit(batch([record(1), record(6)]));
    const summary = record(6, { foldedFrom: 2, values: [["Power/Grid", 4]] });
    const outcome = store.commit(batch([summary]));
    expect(outcome.ok && outcome.value).toMatchObject({
      applied: [summary],
      ledgers: [{ completeUpTo: 6, received: 6 }],
    });
    expect(store.commit(batch([summary]))).toMatchObject({ value: { applied: [], conflicting: [] } });
    expect(store.records("park", "telemetry", allTime, 10)).toEqual(
      expect.arrayContaining([record(1), record(6), summary]),
    );
  });

  test("notices a record that comes again with other contents, and keeps the first", () => {
    const store = create();
    store.commit(batch([record(1)]));
    const forged = record(1, { values: [["Power/Grid", 99]] });
    const again = store.commit(batch([record(1), forged]));
    expect(again.ok && again.value.conflicting).toEqual([forged]);
    expect(store.records("park", "telemetry", allTime, 10)).toEqual([record(1)]);
  });

  test("gives records back with device and values as they were, by time measured", () => {
    const store = create();
    const late = record(1, {
      aboutMs: utc(9000),
      device: "unit-1",
      values: [
        ["State", "running"],
        ["SoC", null],
        ["On", true],
      ],
    });
    store.commit(batch([late, record(2), record(3, { stream: "events" })]));
    expect(store.records("park", "telemetry", allTime, 10)).toEqual([record(2), late]);
    expect(store.records("park", "telemetry", { startMs: utc(2000), endMs: utc(9000) }, 10)).toEqual([record(2)]);
    expect(store.records("park", "telemetry", allTime, 1)).toEqual([record(2)]);
  });

  test("a quarantined record fills its place in the stream, so that it blocks nothing", () => {
    const store = create();
    const key = { epoch: "e1", stream: "telemetry", sequence: 2, aboutMs: utc(2000) };
    const poison = { siteId: "park", key, reason: { code: "ingest.bad-event" }, values: [["Event", "{"]] as const };
    const outcome = store.commit({ ...batch([record(1), record(3)]), quarantine: [poison] });
    expect(outcome.ok && outcome.value.ledgers).toMatchObject([{ completeUpTo: 3 }]);
    store.commit({
      ...batch([]),
      quarantine: [poison, { siteId: "park", reason: { code: "ingest.no-number" }, values: [] }],
    });
    expect(store.quarantined(10).map(({ reason, knownAtMs }) => [reason.code, knownAtMs])).toEqual([
      ["ingest.no-number", 5000],
      ["ingest.bad-event", 5000],
    ]);
    expect(store.quarantined(10)[1]).toEqual({ ...poison, knownAtMs: 5000 });
    expect(store.recordCounts()).toMatchObject({ stored: 3, quarantined: 2 });
  });

  test("latest values are replaced by name, site and device", () => {
    const store = create();
    const value = (over: object) => ({ siteId: "park", name: "SoC", value: 0.5, aboutMs: utc(1), ...over });
    store.commit({
      ...batch([]),
      latest: [value({}), value({ device: "unit-1", value: "x" }), value({ siteId: "street" })],
    });
    store.commit({ ...batch([], 6000), latest: [value({ value: 0.6, aboutMs: utc(2) })] });
    const latest = [...store.latest("park")].sort((a, b) => (a.device ?? "").localeCompare(b.device ?? ""));
    expect(latest).toEqual([
      { ...value({ value: 0.6, aboutMs: 2 }), knownAtMs: 6000 },
      { ...value({ device: "unit-1", value: "x" }), knownAtMs: 5000 },
    ]);
  });

  test("settlement counters come in order of time, without records that hold none", () => {
    const store = create();
    const settlement = (sequence: number, values: TelemetryRecord["values"]) =>
      record(sequence, { stream: "settlement", values });
    store.commit(
      batch([
        settlement(2, [
          ["Energy/Discharged", 20],
          ["Energy/Charged", 7],
        ]),
        settlement(1, [
          ["Energy/Exported", 5],
          ["Energy/Imported", 1],
        ]),
        settlement(3, []),
      ]),
    );
    expect(store.counters("park", allTime)).toEqual([
      { atMs: 1000, dischargedWh: null, chargedWh: null, exportedWh: 5, importedWh: 1 },
      { atMs: 2000, dischargedWh: 20, chargedWh: 7, exportedWh: null, importedWh: null },
    ]);
  });

  test("forgets old records of a stream but not that they came", () => {
    const store = create();
    store.commit(batch([record(1), record(2), record(1, { stream: "settlement" })]));
    expect(store.forgetRecords("telemetry", utc(2000))).toBe(1);
    expect(store.records("park", "telemetry", allTime, 10)).toEqual([record(2)]);
    expect(store.records("park", "settlement", allTime, 10)).toHaveLength(1);
    const again = store.commit(batch([record(1)]));
    expect(again.ok && again.value).toMatchObject({ applied: [], conflicting: [] });
  });

  test("documents are found by kind, interval, unit, site and what was known when", () => {
    const store = create();
    const entry = (id: string, intervalStartMs: number, over: object = {}) => ({
      kind: "bid" as const,
      id,
      knownAtMs: utc(100),
      intervalStartMs: utc(intervalStartMs),
      body: { steps: [1, 2.5, null] },
      ...over,
    });
    const all = [
      entry("b", 300),
      entry("a", 0, { unitId: "U1", siteId: "park" }),
      entry("a", 0, { knownAtMs: utc(200), unitId: "U2", body: { version: 2 } }),
      entry("c", 600),
    ];
    for (const one of all) store.append(one);
    store.append({ ...entry("d", 0), kind: "award" });
    expect(store.entries("bid", allTime)).toEqual(all);
    expect(store.entries("bid", { startMs: utc(300), endMs: utc(600) })).toEqual([all[0]]);
    expect(store.entries("bid", allTime, { asOfMs: utc(150) })).toEqual([all[0], all[1], all[3]]);
    expect(store.entries("bid", allTime, { unitId: "U2" })).toEqual([all[2]]);
    expect(store.entries("bid", allTime, { siteId: "park" })).toEqual([all[1]]);
    expect(store.entries("nothing", allTime)).toEqual([]);
  });

  test("a fact is replaced whole", () => {
    const store = create();
    expect(store.fact("dispatch")).toBeUndefined();
    store.putFact("dispatch", { epoch: 1, sequence: 7 });
    store.putFact("dispatch", { epoch: 2 });
    expect(store.fact("dispatch")).toEqual({ epoch: 2 });
  });
});

test("a database that is opened again goes on where it stopped", () => {
  const path = temporaryFile();
  const before = open(path);
  before.commit(batch([record(1), record(2), record(5)]));
  before.putFact("x", 1);
  before.append({ kind: "bid", id: "a", knownAtMs: utc(1), intervalStartMs: utc(1), body: {} });
  before.close();
  const after = open(path);
  expect(after.ledgers("park")).toEqual(before.ledgers("park"));
  const again = after.commit(batch([record(2), record(3)]));
  expect(again.ok && again.value.applied.map(({ sequence }) => sequence)).toEqual([3]);
  expect(again.ok && again.value.ledgers).toMatchObject([{ completeUpTo: 3, ahead: [{ from: 5, to: 5 }] }]);
  expect(after.fact("x")).toBe(1);
  expect(after.entries("bid", allTime)).toHaveLength(1);
});

test("a commit that fails leaves nothing behind and says why", () => {
  const path = temporaryFile();
  const store = open(path);
  store.commit(batch([record(1)]));
  const intruder = new BetterSqlite(path);
  intruder.exec(
    "CREATE TRIGGER full BEFORE INSERT ON record WHEN NEW.sequence = 3 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  );
  expect(store.commit(batch([record(2), record(3)]))).toMatchObject({
    ok: false,
    error: { code: "store.cannot-commit", records: 2 },
  });
  expect(store.ledgers("park")).toMatchObject([{ completeUpTo: 1, received: 1 }]);
  intruder.exec("DROP TRIGGER full");
  intruder.close();
  const again = store.commit(batch([record(2), record(3)]));
  expect(again.ok && again.value.applied).toHaveLength(2);
});

test.each([
  [
    "is not a database",
    (path: string) => writeFileSync(path, "hello, I am a text file and not a database at all"),
    "store.cannot-open",
  ],
  [
    "was written by a newer program",
    (path: string) => {
      const newer = new BetterSqlite(path);
      newer.pragma("user_version = 999");
      newer.close();
    },
    "store.too-new",
  ],
])("a file that %s is refused", (_what, spoil, code) => {
  const path = temporaryFile();
  spoil(path);
  expect(openSqliteCloudStore(path)).toMatchObject({ ok: false, error: { code } });
});

test("memory keeps only the newest records, and still knows the others came", () => {
  const store = new MemoryCloudStore(2);
  store.commit(batch([record(1), record(2), record(3)]));
  expect(store.records("park", "telemetry", allTime, 10)).toEqual([record(2), record(3)]);
  const again = store.commit(batch([record(1)]));
  expect(again.ok && again.value.applied).toEqual([]);
});

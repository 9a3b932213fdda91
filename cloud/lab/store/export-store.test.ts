import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { Rng } from "@penstock/protocol/rng";
import type { Interval } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DuckDb, openDuckDb } from "../../duckdb/duckdb.ts";
import { type CloudStore, type DocumentEntry, openSqliteCloudStore, type TelemetryRecord } from "../../store/index.ts";
import { openStoreReader } from "../../store/store-reader.ts";
import { forecasts, telemetry } from "./datasets/index.ts";
import { exportStore } from "./export-store.ts";
import { Lab } from "./lab.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-lab-"));
const storeFile = join(folder, "cloud.db");
const out = join(folder, "out");
const ever: Interval = { startMs: UtcMs(0), endMs: UtcMs(Number.MAX_SAFE_INTEGER) };
const noonMs = Date.UTC(2026, 0, 31, 12);
const at = (hours: number): UtcMs => UtcMs(noonMs + hours * 3_600_000);

let store: CloudStore;
let duckDb: DuckDb;
const records: (TelemetryRecord & { readonly knownAtMs: UtcMs })[] = [];
const documents: DocumentEntry[] = [];

beforeAll(async () => {
  const opened = openSqliteCloudStore(storeFile);
  const database = await openDuckDb({ threads: 1, memoryMB: 256 });
  if (!opened.ok || !database.ok) throw new Error("neither store nor DuckDB may be missing");
  store = opened.value;
  duckDb = database.value;
  // Two days in which what happened is learned up to six hours late.
  const rng = new Rng("lab");
  const facts = Array.from({ length: 300 }, (_, index) => {
    const aboutMs = at(index / 12);
    return { sequence: index + 1, aboutMs, knownAtMs: UtcMs(Math.floor(aboutMs + 6 * 3_600_000 * rng.uniform())) };
  });
  for (const { sequence, aboutMs, knownAtMs } of facts.toSorted((a, b) => a.knownAtMs - b.knownAtMs))
    learn(sequence, aboutMs, knownAtMs, rng);
});
afterAll(() => {
  store.close();
  duckDb.close();
  rmSync(folder, { recursive: true, force: true });
});

function learn(sequence: number, aboutMs: UtcMs, knownAtMs: UtcMs, rng: Rng): void {
  const record: TelemetryRecord = {
    siteId: sequence % 3 === 0 ? "a street, 5" : "park",
    epoch: "one",
    stream: "telemetry",
    sequence,
    aboutMs,
    values: [
      ["Power/Battery", -0.1 * sequence],
      ["Control/Because", 'soc-window, it\'s "full"'],
      ["Plant/BreakerClosed", sequence % 2 === 0],
      ["Energy/SoC", null],
    ],
  };
  const held = store.commit({ knownAtMs, records: [record], quarantine: [], latest: [] });
  if (!held.ok) throw new Error(held.error.code);
  records.push({ ...record, knownAtMs });
  const quantiles = [0.05, 0.5].map((p) => ({ p, price: 100 * rng.normal() }));
  const body = { forecaster: "blend", asOfMs: aboutMs, mean: 1 / 3, quantiles };
  const entry = { kind: "forecast", id: `forecast.${sequence}`, knownAtMs, intervalStartMs: aboutMs, body };
  store.append(entry);
  documents.push(entry);
}

async function bringUpToDate(known = ever, isCancelled = () => false) {
  const reader = openStoreReader(storeFile);
  if (!reader.ok) throw new Error(reader.error.code);
  const made = await exportStore({ reader: reader.value, duckDb, out, known, onProgress: () => {}, isCancelled });
  reader.value.close();
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
}

const files = (): readonly string[] =>
  readdirSync(out, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(out, name)).isFile())
    .toSorted();

async function reading<T>(use: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await Lab.open(out);
  if (!lab.ok) throw new Error(lab.error.code);
  try {
    return await use(lab.value);
  } finally {
    lab.value.close();
  }
}

test("an export that was stopped goes on with what is missing, one file a table, site and day it was learned", async () => {
  let asked = 0;
  expect(await bringUpToDate(ever, () => asked++ === 1)).toMatchObject({ filesWritten: 1, isComplete: false });
  expect(await bringUpToDate()).toMatchObject({ filesUnchanged: 1, filesWritten: 5, isComplete: true });
  expect(files()).toEqual([
    "forecasts/known_date=2026-01-31/forecasts.parquet",
    "forecasts/known_date=2026-02-01/forecasts.parquet",
    "telemetry/site=a%20street%2C%205/known_date=2026-01-31/telemetry.parquet",
    "telemetry/site=a%20street%2C%205/known_date=2026-02-01/telemetry.parquet",
    "telemetry/site=park/known_date=2026-01-31/telemetry.parquet",
    "telemetry/site=park/known_date=2026-02-01/telemetry.parquet",
  ]);
});

test("what was exported comes back as it was, to the last bit and millisecond", async () => {
  const rows = await reading((lab) => lab.asOf(ever.endMs).rows(telemetry, ever, { metric: "Power/Battery" }));
  const wanted = records.map(({ siteId, aboutMs, knownAtMs, sequence, values }) => ({
    known_utc: knownAtMs,
    about_utc: aboutMs,
    site: siteId,
    device: null,
    metric: "Power/Battery",
    unit: "W",
    value: values[0]?.[1],
    value_text: null,
    value_is_true: null,
    stream: "telemetry",
    epoch: "one",
    sequence,
    folded_from: null,
  }));
  expect(rows).toEqual(wanted.toSorted((a, b) => a.about_utc - b.about_utc));
  const texts = await reading((lab) => lab.asOf(ever.endMs).rows(telemetry, ever, { metric: "Control/Because" }));
  expect(new Set(texts.map(({ value_text }) => value_text))).toEqual(new Set(['soc-window, it\'s "full"']));
  const means = await reading((lab) => lab.asOf(ever.endMs).rows(forecasts, ever, { statistic: "mean" }));
  expect(means.map(({ price_per_mwh, as_of_utc }) => [price_per_mwh, as_of_utc])).toEqual(
    documents.map(({ intervalStartMs }) => [1 / 3, intervalStartMs]).toSorted((a, b) => Number(a[1]) - Number(b[1])),
  );
});

test("another Parquet reader sees the same names, types and values", async () => {
  const file = await asyncBufferFromFile(join(out, "telemetry/site=park/known_date=2026-01-31/telemetry.parquet"));
  const metadata = await parquetMetadataAsync(file);
  const known = metadata.schema.find(({ name }) => name === "known_utc");
  expect(known?.logical_type).toMatchObject({ type: "TIMESTAMP", isAdjustedToUTC: true });
  expect(metadata.schema.map(({ name }) => name)).not.toContain("site");
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  const rows = await parquetReadObjects({ file, metadata, compressors });
  const [first] = rows.filter(({ metric }) => metric === "Power/Battery");
  const wanted = records.find(({ siteId }) => siteId === "park");
  expect(first).toMatchObject({
    known_utc: new Date(wanted?.knownAtMs ?? 0),
    about_utc: new Date(wanted?.aboutMs ?? 0),
    value: wanted?.values[0]?.[1],
    unit: "W",
    sequence: BigInt(wanted?.sequence ?? 0),
  });
});

test("read at any moment, no row was learned after it and none learned before it is missing", async () => {
  await reading(async (lab) => {
    const rng = new Rng("moments");
    for (let draw = 0; draw < 40; draw++) {
      const then = lab.asOf(at(36 * rng.uniform()));
      const about: Interval = { startMs: at(24 * rng.uniform()), endMs: at(26) };
      const rows = await then.rows(telemetry, about, { metric: "Energy/SoC" });
      const wanted = records.filter(
        ({ aboutMs, knownAtMs }) => knownAtMs <= then.asOfMs && aboutMs >= about.startMs && aboutMs < about.endMs,
      );
      expect(rows.map(({ sequence }) => sequence).toSorted()).toEqual(
        wanted.map(({ sequence }) => sequence).toSorted(),
      );
    }
  });
});

test("a view hands on what it knew earlier, never what it will know later", async () => {
  await reading(async (lab) => {
    const then = lab.asOf(at(12));
    expect(then.before(at(11)).ok).toBe(true);
    expect(then.before(at(13))).toMatchObject({ ok: false, error: { code: "lab.look-ahead" } });
  });
});

test("only days that learned more are written again", async () => {
  learn(301, at(25), at(30), new Rng("one more"));
  expect(await bringUpToDate()).toMatchObject({ filesWritten: 2, filesUnchanged: 4 });
  expect(await bringUpToDate()).toMatchObject({ filesWritten: 0, filesUnchanged: 6, rowsWritten: 0 });
});

test("what the store has forgotten stays in the export", async () => {
  const before = await reading((lab) => lab.asOf(ever.endMs).rows(telemetry, ever));
  expect(store.forgetRecords("telemetry", at(20))).toBeGreaterThan(100);
  expect(await bringUpToDate()).toMatchObject({ filesWritten: 0, filesKept: 2 });
  expect(await reading((lab) => lab.asOf(ever.endMs).rows(telemetry, ever))).toEqual(before);
});

test("an export of some days only is of those days", async () => {
  const known = { startMs: UtcMs(Date.UTC(2026, 1, 1)), endMs: UtcMs(Date.UTC(2026, 1, 2)) };
  const { filesUnchanged, filesWritten, filesKept } = await bringUpToDate(known);
  expect(filesUnchanged + filesWritten + filesKept).toBe(3);
});

test("a store that is not there and a folder without an export are refused", async () => {
  expect(openStoreReader(join(folder, "nowhere.db"))).toMatchObject({
    ok: false,
    error: { code: "store.cannot-open" },
  });
  expect(await Lab.open(join(folder, "nothing"))).toMatchObject({ ok: false, error: { code: "lab.no-export" } });
});

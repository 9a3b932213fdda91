import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { noLatches } from "@penstock/edge/agent/latches-fact.ts";
import { SiteLoop } from "@penstock/edge/loop/site-loop.ts";
import type { NewRecord, StoredRecord } from "@penstock/edge/store/edge-store.ts";
import { openSqliteStore } from "@penstock/edge/store/sqlite-store.ts";
import { StoreHandle } from "@penstock/edge/store/store-handle.ts";
import { createSite } from "@penstock/firmware-sims/sites/index.ts";
import { invariant, type Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, minutes } from "@penstock/protocol/units";
import Database from "better-sqlite3";
import { SIM_START_MS } from "../harness/simulation.ts";
import { siteConfigOf } from "../harness/site-config.ts";
import { virtualTransports } from "../harness/virtual-devices.ts";
import { type Benchmark, median, percentile, rounded } from "./bench.ts";

const SITE = "street";
/** A second of a large site in one commit. */
const BATCH = 60;
const ROWS = 60_000;
const COMMITS = 400;
const SITE_MINUTES = 30;

/**
 * How fast the edge puts records on a real disk, durably (`synchronous=FULL`), through its store's own thread, while the host
 * acknowledges what came before; how long one commit of a second's records takes; and what a day of a twenty-unit site's own
 * records takes of the disk. The anchor inserts the same rows with better-sqlite3 alone.
 */
export const outbox: Benchmark = {
  name: "outbox",
  text: "records a second onto the edge's disk, the time of a commit, bytes a site-day",
  async run({ repeats, progress }) {
    // Beside the sources: a temporary folder may be memory, and memory is never late.
    const base = resolve(import.meta.dirname, "../../.penstock/bench");
    mkdirSync(base, { recursive: true });
    const folder = mkdtempSync(join(base, "outbox-"));
    try {
      const records = recordsOfASite();
      const day = bytesOfADay(join(folder, "day.db"), records);
      const rows: number[] = [];
      const anchor: number[] = [];
      const commitMs: number[] = [];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const store = new StoreHandle({ file: join(folder, `store-${repeat}.db`), budgetBytes: 1e12 });
        rows.push(await throughput(store, records));
        commitMs.push(percentile(await commits(store, records), 0.99));
        await store.close();
        anchor.push(bareInserts(join(folder, `bare-${repeat}.db`), records));
        progress(
          `run ${repeat + 1} of ${repeats}: ${rounded(rows[repeat] ?? 0)} rows/s, commit p99 ${rounded(commitMs[repeat] ?? 0)} ms` +
            ` (bare: ${rounded(anchor[repeat] ?? 0)} rows/s)`,
        );
      }
      return {
        rowsPerSecond: rounded(median(rows)),
        commitP99Ms: rounded(median(commitMs)),
        rowsPerCommit: BATCH,
        units: 20,
        ...day,
        anchor: "the same rows by better-sqlite3 alone, in this thread, same pragmas and batches",
        anchorRowsPerSecond: rounded(median(anchor)),
        ratio: rounded(median(rows) / median(anchor)),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** What the loop of a simulated site really says in half an hour. */
function recordsOfASite(): readonly NewRecord[] {
  const clock = new SimClock(SIM_START_MS);
  const sim = createSite(SITE, { rng: new Rng("outbox"), startMs: SIM_START_MS });
  const config = siteConfigOf(SITE, {
    energySpeed: 1,
    leaseKeys: [{ keyId: "bench", publicKeyPem: KEY }],
    freshness: { unitS: 1, meterS: 1, plantS: 3 },
    // As a real site is set by default.
    telemetry: { siteEveryS: 1, unitsEveryS: 10, settlementEveryS: 300 },
  });
  const records: NewRecord[] = [];
  const loop = new SiteLoop({
    clock,
    config,
    transportFor: virtualTransports(sim, clock),
    emit: (output) => {
      if (output.type === "records") records.push(...output.records);
    },
    initialLatches: noLatches,
    initialGrants: [],
  });
  loop.start();
  for (let elapsedMs = 0; elapsedMs < minutes(SITE_MINUTES); elapsedMs += 50) {
    sim.step(50);
    clock.advance(Ms(50));
  }
  loop.stop();
  return records;
}

/** Stored a second at a time, as they come; nothing acknowledged: what a day takes when the cloud is away. */
function bytesOfADay(file: string, records: readonly NewRecord[]): Record<string, number> {
  const opened = openSqliteStore({ file, budgetBytes: 1e12, newEpoch: () => "bench", nowMs: () => SIM_START_MS });
  invariant(opened.ok, "the bench's store opens");
  const store = opened.value;
  const emptyBytes = statSync(file).size;
  const writtenBefore = writtenBytes();
  const bySecond = Map.groupBy(records, ({ timeMs }) => Math.floor(timeMs / 1_000));
  for (const group of bySecond.values()) store.commit([{ type: "append", records: group }]);
  const written = writtenBytes() - writtenBefore;
  store.close();
  const daysIn = (24 * 60) / SITE_MINUTES;
  return {
    recordsPerSiteDay: records.length * daysIn,
    bytesPerSiteDay: Math.round((statSync(file).size - emptyBytes) * daysIn),
    bytesWrittenPerSiteDay: Math.round(written * daysIn),
  };
}

/** Eight appends under way at a time, and the host acknowledging what was stored. */
async function throughput(store: StoreHandle, records: readonly NewRecord[]): Promise<number> {
  let sent = 0;
  let stored = 0;
  const startedMs = performance.now();
  await new Promise<void>((done, refuse) => {
    const next = (): void => {
      if (sent >= ROWS) return;
      const batch = batchOf(records, sent);
      sent += batch.length;
      store.append(batch, (result) => {
        if (!result.ok) {
          refuse(new Error(result.error.code));
          return;
        }
        stored += batch.length;
        acknowledge(store, result.value);
        if (stored >= ROWS) done();
        else next();
      });
    };
    for (let chain = 0; chain < 8; chain++) next();
  });
  return (ROWS / (performance.now() - startedMs)) * 1e3;
}

function acknowledge(store: StoreHandle, stored: readonly StoredRecord[]): void {
  const last = stored.findLast(({ stream }) => stream === "telemetry");
  if (last !== undefined) store.acknowledge("telemetry", last.sequence, () => {});
}

/** One after the other, as a loop's seconds are: from handing over to the answer that it is on the disk. */
async function commits(store: StoreHandle, records: readonly NewRecord[]): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (let commit = 0; commit < COMMITS; commit++) {
    const startedMs = performance.now();
    const result = await new Promise<Result<unknown>>((done) => store.append(batchOf(records, commit * BATCH), done));
    invariant(result.ok, "the bench's store appends");
    tookMs.push(performance.now() - startedMs);
  }
  return tookMs;
}

function bareInserts(file: string, records: readonly NewRecord[]): number {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE rows (sequence INTEGER PRIMARY KEY, device TEXT, time_ms REAL, metrics TEXT)");
  const insert = db.prepare("INSERT INTO rows (device, time_ms, metrics) VALUES (?, ?, ?)");
  const commit = db.transaction((batch: readonly NewRecord[]) => {
    for (const { device, timeMs, metrics } of batch) insert.run(device ?? null, timeMs, JSON.stringify(metrics));
  });
  const startedMs = performance.now();
  for (let sent = 0; sent < ROWS; sent += BATCH) commit(batchOf(records, sent));
  const tookMs = performance.now() - startedMs;
  db.close();
  return (ROWS / tookMs) * 1e3;
}

const batchOf = (records: readonly NewRecord[], from: number): readonly NewRecord[] =>
  Array.from({ length: BATCH }, (_, index) => records[(from + index) % records.length] as NewRecord);

/** What this process has sent to a disk since its start, by the kernel's own count; 0 where it keeps none. */
function writtenBytes(): number {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Any public key: the site's configuration wants one, and nobody signs anything here. */
const KEY =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAiojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\n-----END PUBLIC KEY-----\n";

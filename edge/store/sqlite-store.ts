import { existsSync, renameSync, statSync } from "node:fs";
import { fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import Database from "better-sqlite3";
import { auditGenesis, chainAudit } from "./audit-chain.ts";
import {
  type AuditEntry,
  type ChainedAuditEntry,
  type NewRecord,
  type RecordMetric,
  STREAMS,
  type StoredRecord,
  type StoreImage,
  type StoreNotice,
  type StoreStats,
  type StreamName,
} from "./edge-store.ts";
import { foldBlock, foldBlockMax, foldDownTo, foldLevel, foldWindowsMs, recordBytes } from "./fold.ts";
import { migrate } from "./migrations.ts";
import type { StoreOperation } from "./store-operation.ts";

export interface SqliteStoreOptions {
  readonly file: string;
  readonly budgetBytes: number;
  /** Names a new database; two files never share one. */
  readonly newEpoch: () => string;
  /** Labels a file that is set aside. */
  readonly nowMs: () => UtcMs;
}

/**
 * The journal on disk. Synchronous, so it belongs in a thread of its own. One `commit` is one transaction,
 * and with `synchronous=FULL` its return means that the bytes are on the disk.
 */
export class SqliteStore {
  readonly #db: Database.Database;
  readonly #options: SqliteStoreOptions;
  readonly #sql: Statements;
  readonly #streams: Record<StreamName, { lastSequence: number; acknowledged: number }>;
  #notices: StoreNotice[];
  #telemetryBytes: number;
  #overBudgetSaid = false;

  constructor(db: Database.Database, options: SqliteStoreOptions, notices: StoreNotice[]) {
    this.#db = db;
    this.#options = options;
    this.#sql = statements(db);
    this.#notices = notices;
    this.#streams = this.#readStreams();
    this.#telemetryBytes = (this.#sql.telemetryBytes.get(STREAMS.indexOf("telemetry")) as { bytes: number }).bytes;
  }

  /** Runs the operations in order in one transaction: all their answers, or the same failure for each. */
  commit(operations: readonly StoreOperation[]): readonly Result<unknown>[] {
    try {
      return this.#db.transaction(() => operations.map((operation) => this.#execute(operation))).immediate();
    } catch (cause) {
      // Rolled back: what the counters in memory say is no longer true.
      Object.assign(this.#streams, this.#readStreams());
      this.#telemetryBytes = (this.#sql.telemetryBytes.get(STREAMS.indexOf("telemetry")) as { bytes: number }).bytes;
      this.#notices = [];
      const failure = fail({
        code: "store.write-failed",
        detail: cause instanceof Error ? cause.message : String(cause),
      });
      return operations.map(() => failure);
    }
  }

  takeNotices(): readonly StoreNotice[] {
    const taken = this.#notices;
    this.#notices = [];
    return taken;
  }

  close(): void {
    this.#db.close();
  }

  #execute(operation: StoreOperation): Result<unknown> {
    switch (operation.type) {
      case "load":
        return ok(this.#image());
      case "append":
        return ok(this.#append(operation.records));
      case "read":
        return ok(
          (this.#sql.read.all(STREAMS.indexOf(operation.stream), operation.after, operation.limit) as Row[]).map(
            fromRow,
          ),
        );
      case "acknowledge":
        return this.#acknowledge(operation.stream, operation.upTo);
      case "put":
        this.#sql.put.run(operation.key, JSON.stringify(operation.value) ?? "null");
        return ok(undefined);
      case "audit":
        this.#appendAudit(operation.entry);
        return ok(undefined);
      case "read-audit":
        return ok((this.#sql.readAudit.all(operation.limit) as AuditRow[]).reverse().map(fromAuditRow));
      case "stats":
        return ok(this.#stats());
    }
  }

  #image(): StoreImage {
    const facts = (this.#sql.facts.all() as { key: string; value: string }[]).map(
      ({ key, value }) => [key, JSON.parse(value) as unknown] as const,
    );
    const { settlement, events, telemetry } = this.#streams;
    return {
      epoch: (this.#sql.epoch.get() as { value: string }).value,
      streams: { settlement: { ...settlement }, events: { ...events }, telemetry: { ...telemetry } },
      facts: Object.fromEntries(facts),
    };
  }

  #append(records: readonly NewRecord[]): readonly StoredRecord[] {
    const stored = records.map((record) => {
      const stream = this.#streams[record.stream];
      stream.lastSequence++;
      const kept: StoredRecord = { ...record, sequence: stream.lastSequence };
      this.#insert(kept);
      return kept;
    });
    for (const name of new Set(records.map((record) => record.stream))) {
      this.#sql.setLast.run(this.#streams[name].lastSequence, STREAMS.indexOf(name));
    }
    this.#keepToBudget();
    return stored;
  }

  #insert(record: StoredRecord): void {
    const bytes = recordBytes(record);
    this.#sql.insert.run(
      STREAMS.indexOf(record.stream),
      record.sequence,
      record.device ?? null,
      record.timeMs,
      JSON.stringify(record.metrics),
      bytes,
      foldLevel(record),
      record.folded?.fromSequence ?? null,
      record.folded?.records ?? null,
    );
    if (record.stream === "telemetry") this.#telemetryBytes += bytes;
  }

  #acknowledge(name: StreamName, upTo: number): Result<void> {
    const stream = this.#streams[name];
    if (upTo > stream.lastSequence) {
      return fail({ code: "store.never-stored", stream: name, upTo, lastSequence: stream.lastSequence });
    }
    if (upTo <= stream.acknowledged) return ok(undefined);
    const index = STREAMS.indexOf(name);
    if (name === "telemetry") {
      this.#telemetryBytes -= (this.#sql.bytesUpTo.get(index, upTo) as { bytes: number }).bytes;
    }
    this.#sql.deleteUpTo.run(index, upTo);
    stream.acknowledged = upTo;
    this.#sql.setAcknowledged.run(upTo, index);
    return ok(undefined);
  }

  #appendAudit(entry: AuditEntry): void {
    const last = this.#sql.readAudit.get(1) as AuditRow | undefined;
    const chained = chainAudit(entry, (last?.sequence ?? 0) + 1, last?.hash ?? auditGenesis);
    this.#sql.audit.run(
      chained.sequence,
      chained.timeMs,
      chained.who,
      chained.what,
      chained.outcome,
      JSON.stringify(chained.facts),
      chained.previousHash,
      chained.hash,
    );
  }

  #keepToBudget(): void {
    const { budgetBytes } = this.#options;
    if (this.#telemetryBytes <= budgetBytes) {
      this.#overBudgetSaid = false;
      return;
    }
    while (this.#telemetryBytes > budgetBytes * foldDownTo) {
      if (!this.#foldOnce()) {
        if (!this.#overBudgetSaid) {
          this.#notices.push({ code: "store.over-budget", telemetryBytes: this.#telemetryBytes, budgetBytes });
        }
        this.#overBudgetSaid = true;
        return;
      }
    }
  }

  #foldOnce(): boolean {
    const index = STREAMS.indexOf("telemetry");
    for (let level = 0; level < foldWindowsMs.length; level++) {
      const oldest = this.#sql.oldestOfLevel.get(index, level) as { sequence: number | null };
      if (oldest.sequence === null) continue;
      const records: StoredRecord[] = [];
      for (const row of this.#sql.read.all(index, oldest.sequence - 1, foldBlockMax) as Row[]) {
        if (row.level !== level) break;
        records.push(fromRow(row));
      }
      const fold = foldBlock(records, level);
      invariant(fold !== undefined, "a level below the coarsest can always be folded");
      for (const record of fold.folded) {
        this.#sql.delete.run(index, record.sequence);
        this.#telemetryBytes -= recordBytes(record);
      }
      for (const summary of fold.summaries) this.#insert(summary);
      const { fromSequence, toSequence } = fold;
      this.#notices.push({
        code: "store.folded",
        fromSequence,
        toSequence,
        records: fold.folded.length,
        summaries: fold.summaries.length,
      });
      return true;
    }
    return false;
  }

  #stats(): StoreStats {
    const { settlement, events, telemetry } = this.#streams;
    const { file, budgetBytes } = this.#options;
    return {
      stored: {
        settlement: settlement.lastSequence,
        events: events.lastSequence,
        telemetry: telemetry.lastSequence,
      },
      acknowledged: {
        settlement: settlement.acknowledged,
        events: events.acknowledged,
        telemetry: telemetry.acknowledged,
      },
      fileBytes: [file, `${file}-wal`].reduce((sum, name) => sum + (existsSync(name) ? statSync(name).size : 0), 0),
      telemetryBytes: this.#telemetryBytes,
      budgetBytes,
    };
  }

  #readStreams(): Record<StreamName, { lastSequence: number; acknowledged: number }> {
    const rows = this.#sql.streams.all() as { lastSequence: number; acknowledged: number }[];
    const [settlement, events, telemetry] = rows;
    invariant(settlement && events && telemetry, "the first migration makes a row for each stream");
    return { settlement, events, telemetry };
  }
}

/**
 * Opens the file or begins a new one. A file SQLite calls damaged is set aside under a dated name and a new
 * epoch begins: an edge without its past still controls. Errors: `store.sqlite-too-old`,
 * `store.schema-from-the-future`, `store.not-durable`, `store.unavailable`.
 */
export function openSqliteStore(options: SqliteStoreOptions): Result<SqliteStore> {
  const existed = existsSync(options.file);
  const opened = tryOpen(options, existed ? undefined : { reason: "there was no store yet" });
  if (opened.ok || opened.error.code !== "store.damaged") return opened;

  const setAside = `${options.file}.damaged-${new Date(options.nowMs()).toISOString().replaceAll(":", "-")}`;
  try {
    for (const suffix of ["", "-wal", "-shm"]) {
      if (existsSync(options.file + suffix)) renameSync(options.file + suffix, setAside + suffix);
    }
  } catch (cause) {
    return fail({ code: "store.unavailable", file: options.file, detail: detailOf(cause) });
  }
  return tryOpen(options, { reason: `the file was damaged: ${String(opened.error["detail"])}`, setAside });
}

function tryOpen(
  options: SqliteStoreOptions,
  fresh: { readonly reason: string; readonly setAside?: string } | undefined,
): Result<SqliteStore> {
  let db: Database.Database | undefined;
  try {
    db = new Database(options.file);
    const version = (db.prepare("SELECT sqlite_version() AS version").get() as { version: string }).version;
    // Before 3.51.3 a reset of the WAL could corrupt a file that two connections share.
    if (isOlder(version, [3, 51, 3])) return refuse(db, { code: "store.sqlite-too-old", version, needed: "3.51.3" });
    const check = db.pragma("quick_check(1)", { simple: true });
    if (check !== "ok") return refuse(db, { code: "store.damaged", detail: String(check) });
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    const journalMode = db.pragma("journal_mode", { simple: true });
    const synchronous = db.pragma("synchronous", { simple: true });
    if (journalMode !== "wal" || synchronous !== 2) {
      return refuse(db, { code: "store.not-durable", journalMode, synchronous });
    }
    const epoch = options.newEpoch();
    const migrated = migrate(db, epoch);
    if (!migrated.ok) return refuse(db, migrated.error);
    const notices: StoreNotice[] = fresh === undefined ? [] : [{ code: "store.new-epoch", epoch, ...fresh }];
    return ok(new SqliteStore(db, options, notices));
  } catch (cause) {
    db?.close();
    const damaged = cause instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(cause.code);
    return fail({
      code: damaged ? "store.damaged" : "store.unavailable",
      file: options.file,
      detail: detailOf(cause),
    });
  }
}

function refuse(db: Database.Database, error: { code: string; [fact: string]: unknown }): Result<SqliteStore> {
  db.close();
  return fail(error);
}

const detailOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function isOlder(version: string, needed: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of needed.entries()) {
    const difference = (parts[index] ?? 0) - wanted;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

interface Row {
  readonly stream: number;
  readonly sequence: number;
  readonly device: string | null;
  readonly timeMs: number;
  readonly metrics: string;
  readonly level: number;
  readonly fromSequence: number | null;
  readonly records: number | null;
}

function fromRow(row: Row): StoredRecord {
  const windowMs = foldWindowsMs[row.level - 1];
  return {
    stream: STREAMS[row.stream] as StreamName,
    sequence: row.sequence,
    ...(row.device === null ? {} : { device: row.device }),
    timeMs: row.timeMs as UtcMs,
    metrics: JSON.parse(row.metrics) as RecordMetric[],
    ...(windowMs === undefined
      ? {}
      : { folded: { fromSequence: row.fromSequence as number, windowMs, records: row.records as number } }),
  };
}

interface AuditRow extends Omit<ChainedAuditEntry, "facts"> {
  readonly facts: string;
}

const fromAuditRow = (row: AuditRow): ChainedAuditEntry => ({
  ...row,
  facts: JSON.parse(row.facts) as ChainedAuditEntry["facts"],
});

type Statements = ReturnType<typeof statements>;

function statements(db: Database.Database) {
  return {
    epoch: db.prepare("SELECT value FROM meta WHERE key = 'epoch'"),
    streams: db.prepare("SELECT last_sequence AS lastSequence, acknowledged FROM streams ORDER BY stream"),
    setLast: db.prepare("UPDATE streams SET last_sequence = ? WHERE stream = ?"),
    setAcknowledged: db.prepare("UPDATE streams SET acknowledged = ? WHERE stream = ?"),
    insert: db.prepare(
      "INSERT INTO records (stream, sequence, device, time_ms, metrics, bytes, level, from_sequence, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    read: db.prepare(
      "SELECT stream, sequence, device, time_ms AS timeMs, metrics, level, from_sequence AS fromSequence, records FROM records WHERE stream = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    ),
    delete: db.prepare("DELETE FROM records WHERE stream = ? AND sequence = ?"),
    deleteUpTo: db.prepare("DELETE FROM records WHERE stream = ? AND sequence <= ?"),
    bytesUpTo: db.prepare("SELECT COALESCE(SUM(bytes), 0) AS bytes FROM records WHERE stream = ? AND sequence <= ?"),
    telemetryBytes: db.prepare("SELECT COALESCE(SUM(bytes), 0) AS bytes FROM records WHERE stream = ?"),
    oldestOfLevel: db.prepare("SELECT MIN(sequence) AS sequence FROM records WHERE stream = ? AND level = ?"),
    facts: db.prepare("SELECT key, value FROM facts"),
    put: db.prepare(
      "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ),
    audit: db.prepare(
      "INSERT INTO audit (sequence, time_ms, who, what, outcome, facts, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    readAudit: db.prepare(
      "SELECT sequence, time_ms AS timeMs, who, what, outcome, facts, previous_hash AS previousHash, hash FROM audit ORDER BY sequence DESC LIMIT ?",
    ),
  };
}

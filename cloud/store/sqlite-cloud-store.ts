import { type CodedError, fail, invariant, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import BetterSqlite, { type Database } from "better-sqlite3";
import {
  type CloudStore,
  type CommitOutcome,
  type CounterReading,
  counterReadingOf,
  type DocumentEntry,
  type DocumentFilter,
  type IngestBatch,
  type LatestValue,
  type QuarantinedRecord,
  type StoredCounts,
  settlementStream,
  type TelemetryRecord,
} from "./cloud-store.ts";
import { differs, LedgerBook, type LedgerDraft } from "./ledger-book.ts";
import { migrate } from "./migrations.ts";
import { type Statements, statementsOf } from "./statements.ts";
import { documentOf, recordOf } from "./stored-rows.ts";
import type { StreamKey, StreamLedger } from "./stream-ledger.ts";

/** Opens or creates a database file. Refused with `store.cannot-open`, `store.corrupt` or `store.too-new`. */
export function openSqliteCloudStore(path: string): Result<CloudStore, CodedError> {
  let database: Database | undefined;
  const refuse = (error: CodedError) => {
    database?.close();
    return fail(error);
  };
  try {
    database = new BetterSqlite(path);
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = FULL"); // NORMAL may lose the last commits with the power, and we acknowledge them.
    database.pragma("foreign_keys = ON");
    invariant(database.pragma("synchronous", { simple: true }) === 2, "SQLite runs with synchronous=FULL");
    const check = database.pragma("quick_check(1)", { simple: true });
    if (check !== "ok") return refuse({ code: "store.corrupt", path, check });
    if (!migrate(database)) return refuse({ code: "store.too-new", path });
    return ok(new SqliteCloudStore(database));
  } catch (error) {
    if (!(error instanceof BetterSqlite.SqliteError) && !(error instanceof TypeError)) throw error;
    return refuse({ code: "store.cannot-open", path, reason: error.message });
  }
}

class SqliteCloudStore implements CloudStore {
  readonly #database: Database;
  readonly #sql: Statements;
  readonly #book: LedgerBook;
  readonly #streamIds = new Map<string, number>();
  #quarantineCount: number;

  constructor(database: Database) {
    this.#database = database;
    this.#sql = statementsOf(database);
    const streams = this.#sql.streams.all();
    for (const row of streams) this.#streamIds.set(keyOf({ siteId: row.site, ...row }), row.stream_id);
    this.#book = new LedgerBook(streams.map(({ ledger }) => JSON.parse(ledger) as StreamLedger));
    this.#quarantineCount = this.#sql.countQuarantine.get()?.count ?? 0;
  }

  commit(batch: IngestBatch): Result<CommitOutcome, CodedError> {
    const draft = this.#book.draft(batch.records, batch.quarantine);
    const newStreamIds = new Map<string, number>();
    try {
      this.#database.transaction(() => this.#write(batch, draft, newStreamIds)).immediate();
    } catch (error) {
      if (!(error instanceof BetterSqlite.SqliteError)) throw error;
      return fail({ code: "store.cannot-commit", reason: error.code, records: batch.records.length });
    }
    this.#book.accept(draft);
    for (const [key, streamId] of newStreamIds) this.#streamIds.set(key, streamId);
    this.#quarantineCount += draft.quarantined.length;
    const conflicting = draft.repeated.filter((record) => this.#contradictsHeld(record));
    return ok({ applied: draft.applied, ledgers: draft.ledgers, conflicting });
  }

  ledgers(siteId: string): readonly StreamLedger[] {
    return this.#book.of(siteId);
  }

  latest(siteId: string): readonly LatestValue[] {
    return this.#sql.latest.all(siteId).map((row) => ({
      siteId,
      ...(row.device !== "" && { device: row.device }),
      name: row.name,
      value: JSON.parse(row.value) as LatestValue["value"],
      aboutMs: row.about_ms as UtcMs,
      knownAtMs: row.known_ms as UtcMs,
    }));
  }

  records(siteId: string, stream: string, { startMs, endMs }: Interval, limit: number): readonly TelemetryRecord[] {
    const rows = this.#sql.records.all({ siteId, stream, startMs, endMs, limit });
    return rows.map((row) => recordOf(siteId, stream, row));
  }

  counters(siteId: string, span: Interval): readonly CounterReading[] {
    return this.records(siteId, settlementStream, span, -1).flatMap((record) => counterReadingOf(record) ?? []);
  }

  quarantined(limit: number): readonly QuarantinedRecord[] {
    return this.#sql.quarantined.all(limit).map((row) => ({
      siteId: row.site,
      ...(row.key !== null && { key: JSON.parse(row.key) as NonNullable<QuarantinedRecord["key"]> }),
      reason: JSON.parse(row.reason) as CodedError,
      values: JSON.parse(row.values) as QuarantinedRecord["values"],
      knownAtMs: row.known_ms as UtcMs,
    }));
  }

  recordCounts(): StoredCounts {
    return this.#book.counts(this.#quarantineCount);
  }

  forgetRecords(stream: string, beforeMs: UtcMs): number {
    return this.#sql.forgetRecords.run({ stream, beforeMs }).changes;
  }

  append<K extends string>(entry: DocumentEntry<K>): void {
    this.#sql.insertDocument.run({
      ...entry,
      unitId: entry.unitId ?? null,
      siteId: entry.siteId ?? null,
      body: JSON.stringify(entry.body),
    });
  }

  entries<K extends string>(kind: K, span: Interval, filter: DocumentFilter = {}): readonly DocumentEntry<K>[] {
    const { asOfMs = null, unitId = null, siteId = null } = filter;
    const rows = this.#sql.documents.all({ kind, ...span, asOfMs, unitId, siteId });
    return rows.map((row) => documentOf(kind, row));
  }

  fact(key: string): unknown {
    const row = this.#sql.fact.get(key);
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  putFact(key: string, value: unknown): void {
    this.#sql.putFact.run(key, JSON.stringify(value));
  }

  close(): void {
    this.#database.close();
  }

  #write({ knownAtMs, latest }: IngestBatch, draft: LedgerDraft, newStreamIds: Map<string, number>): void {
    const sql = this.#sql;
    for (const ledger of draft.ledgers) {
      const { siteId, epoch, stream } = ledger;
      const row = sql.putStream.get({ siteId, epoch, stream, ledger: JSON.stringify(ledger) });
      invariant(row !== undefined, "a stream that is written has a number");
      newStreamIds.set(keyOf(ledger), row.stream_id);
    }
    for (const record of draft.applied) {
      const streamId = newStreamIds.get(keyOf(record));
      invariant(streamId !== undefined, "a record's stream was written before it");
      const { sequence, foldedFrom = sequence, device = null, aboutMs } = record;
      const values = JSON.stringify(record.values);
      sql.insertRecord.run({ streamId, sequence, foldedFrom, device, aboutMs, knownAtMs, values });
    }
    for (const { siteId, key, reason, values } of draft.quarantined) {
      sql.insertQuarantine.run({
        siteId,
        key: key === undefined ? null : JSON.stringify(key),
        reason: JSON.stringify(reason),
        values: JSON.stringify(values),
        knownAtMs,
      });
    }
    for (const { siteId, device = "", name, value, aboutMs } of latest) {
      sql.putLatest.run({ siteId, device, name, value: JSON.stringify(value), aboutMs, knownAtMs });
    }
  }

  #contradictsHeld(record: TelemetryRecord): boolean {
    const streamId = this.#streamIds.get(keyOf(record));
    const { sequence, foldedFrom = sequence } = record;
    const row = streamId === undefined ? undefined : this.#sql.recordAt.get(streamId, sequence, foldedFrom);
    if (row === undefined) return false; // Forgotten since, or in quarantine.
    const values = JSON.parse(row.values) as TelemetryRecord["values"];
    return differs({ aboutMs: row.about_ms as UtcMs, values }, record);
  }
}

const keyOf = ({ siteId, epoch, stream }: StreamKey): string => `${siteId}\n${epoch}\n${stream}`;

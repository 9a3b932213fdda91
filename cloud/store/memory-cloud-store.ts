import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
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
import { differs, LedgerBook } from "./ledger-book.ts";
import type { StreamKey, StreamLedger } from "./stream-ledger.ts";

/** The store for virtual worlds and tests. Ledgers are kept whole; of each stream only the newest records stay. */
export class MemoryCloudStore implements CloudStore {
  readonly #recordsMax: number;
  readonly #book = new LedgerBook([]);
  readonly #streams = new Map<string, Map<string, TelemetryRecord>>();
  readonly #latest = new Map<string, Map<string, LatestValue>>();
  readonly #quarantine: QuarantinedRecord[] = [];
  readonly #documents = new Map<string, DocumentEntry[]>();
  readonly #facts = new Map<string, string>();

  /** `recordsMax`: how many records of a stream stay; the oldest to arrive go first. */
  constructor(recordsMax = 20_000) {
    this.#recordsMax = recordsMax;
  }

  commit({ knownAtMs, records, quarantine, latest }: IngestBatch): Result<CommitOutcome, CodedError> {
    const draft = this.#book.draft(records, quarantine);
    this.#book.accept(draft);
    for (const record of draft.applied) this.#keep(record);
    for (const poison of draft.quarantined) this.#quarantine.push({ ...poison, knownAtMs });
    for (const value of latest) this.#putLatest({ ...value, knownAtMs });
    const conflicting = draft.repeated.filter((record) => {
      const first = this.#stream(record).get(rangeOf(record));
      return first !== undefined && differs(first, record);
    });
    return ok({ applied: draft.applied, ledgers: draft.ledgers, conflicting });
  }

  ledgers(siteId: string): readonly StreamLedger[] {
    return this.#book.of(siteId);
  }

  latest(siteId: string): readonly LatestValue[] {
    return [...(this.#latest.get(siteId)?.values() ?? [])];
  }

  records(siteId: string, stream: string, span: Interval, limit: number): readonly TelemetryRecord[] {
    return this.#recordsIn(siteId, stream, span).slice(0, limit);
  }

  counters(siteId: string, span: Interval): readonly CounterReading[] {
    return this.#recordsIn(siteId, settlementStream, span).flatMap((record) => counterReadingOf(record) ?? []);
  }

  quarantined(limit: number): readonly QuarantinedRecord[] {
    return this.#quarantine.slice(-limit).reverse();
  }

  recordCounts(): StoredCounts {
    return this.#book.counts(this.#quarantine.length);
  }

  forgetRecords(stream: string, beforeMs: UtcMs): number {
    let forgotten = 0;
    for (const records of this.#streams.values()) {
      for (const [range, record] of records) {
        if (record.stream !== stream || record.aboutMs >= beforeMs) continue;
        records.delete(range);
        forgotten++;
      }
    }
    return forgotten;
  }

  append<K extends string>(entry: DocumentEntry<K>): void {
    const held = this.#documents.get(entry.kind);
    if (held === undefined) this.#documents.set(entry.kind, [entry]);
    else held.push(entry);
  }

  entries<K extends string>(kind: K, span: Interval, filter: DocumentFilter = {}): readonly DocumentEntry<K>[] {
    return (this.#documents.get(kind) ?? []).filter(
      (entry): entry is DocumentEntry<K> =>
        entry.intervalStartMs >= span.startMs &&
        entry.intervalStartMs < span.endMs &&
        (filter.asOfMs === undefined || entry.knownAtMs <= filter.asOfMs) &&
        (filter.unitId === undefined || entry.unitId === filter.unitId) &&
        (filter.siteId === undefined || entry.siteId === filter.siteId),
    );
  }

  fact(key: string): unknown {
    const held = this.#facts.get(key);
    return held === undefined ? undefined : JSON.parse(held);
  }

  putFact(key: string, value: unknown): void {
    this.#facts.set(key, JSON.stringify(value));
  }

  close(): void {}

  #keep(record: TelemetryRecord): void {
    const records = this.#stream(record);
    records.set(rangeOf(record), record);
    if (records.size <= this.#recordsMax) return;
    const [oldest] = records.keys();
    if (oldest !== undefined) records.delete(oldest);
  }

  #putLatest(value: LatestValue): void {
    const key = `${value.device ?? ""}\n${value.name}`;
    const held = this.#latest.get(value.siteId);
    if (held === undefined) this.#latest.set(value.siteId, new Map([[key, value]]));
    else held.set(key, value);
  }

  #recordsIn(siteId: string, stream: string, { startMs, endMs }: Interval): readonly TelemetryRecord[] {
    return this.#book
      .of(siteId)
      .filter((ledger) => ledger.stream === stream)
      .flatMap((ledger) => [...this.#stream(ledger).values()])
      .filter(({ aboutMs }) => aboutMs >= startMs && aboutMs < endMs)
      .sort((a, b) => a.aboutMs - b.aboutMs || a.sequence - b.sequence);
  }

  #stream({ siteId, epoch, stream }: StreamKey): Map<string, TelemetryRecord> {
    const key = `${siteId}\n${epoch}\n${stream}`;
    const held = this.#streams.get(key) ?? new Map<string, TelemetryRecord>();
    this.#streams.set(key, held);
    return held;
  }
}

/** A summary may stand beside a record of its own last number, which it came too late to replace. */
const rangeOf = ({ sequence, foldedFrom = sequence }: TelemetryRecord): string => `${foldedFrom}-${sequence}`;

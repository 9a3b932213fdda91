import type { CodedError, Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { NumberedRecord, StreamKey, StreamLedger } from "./stream-ledger.ts";

/**
 * What the cloud remembers. Everything is bitemporal: `aboutMs` or `intervalStartMs` is the time a fact is
 * about, `knownAtMs` the time we learned it, so that any moment's view can be had again. Synchronous: when a
 * method that writes returns, the facts would survive the power going out.
 */
export interface CloudStore {
  /**
   * One transaction: all of it or, when refused (`store.cannot-commit`), nothing. Each record is applied once,
   * whatever comes how often; the outcome says which were new. Acknowledge only what a commit returned.
   */
  commit(batch: IngestBatch): Result<CommitOutcome, CodedError>;
  /** Every stream of a site, oldest epoch first. */
  ledgers(siteId: string): readonly StreamLedger[];
  /** What each metric of a site was last, its devices' included. */
  latest(siteId: string): readonly LatestValue[];
  /** Records by the time they are about, ascending, at most `limit`. */
  records(siteId: string, stream: string, span: Interval, limit: number): readonly TelemetryRecord[];
  /** Settlement counters as sampled, ascending. */
  counters(siteId: string, span: Interval): readonly CounterReading[];
  /** Newest first. */
  quarantined(limit: number): readonly QuarantinedRecord[];
  /** Over all sites and for ever. */
  recordCounts(): StoredCounts;
  /** Drops records of a stream measured before an instant. Its ledger remembers that they came. */
  forgetRecords(stream: string, beforeMs: UtcMs): number;

  /** Adds a document of the money path. Documents are only ever added. */
  append<K extends string>(entry: DocumentEntry<K>): void;
  /** Documents of a kind about intervals that start in a span, in the order they were added. */
  entries<K extends string>(kind: K, span: Interval, filter?: DocumentFilter): readonly DocumentEntry<K>[];
  /** A small named fact, replaced whole; undefined when it was never put. */
  fact(key: string): unknown;
  putFact(key: string, value: unknown): void;
  close(): void;
}

/** A value as it travelled. Null: the site said it does not know. */
export type StoredValue = number | boolean | string | null;

export interface TelemetryRecord extends StreamKey {
  readonly sequence: number;
  /** On a summary: it stands for every number from this one to its own. */
  readonly foldedFrom?: number;
  /** The unit it is about; absent for the site itself. */
  readonly device?: string;
  /** When it was measured, wall clock of the site. */
  readonly aboutMs: UtcMs;
  readonly values: readonly (readonly [name: string, value: StoredValue])[];
}

/** A record that can never be applied. It counts as received, so that it blocks nothing. */
export interface QuarantinedRecord {
  readonly siteId: string;
  /** Absent when not even its number could be read. */
  readonly key?: NumberedRecord & { readonly epoch: string; readonly stream: string };
  readonly reason: CodedError;
  readonly values: readonly (readonly [name: string, value: StoredValue])[];
  readonly knownAtMs: UtcMs;
}

export interface LatestValue {
  readonly siteId: string;
  readonly device?: string;
  readonly name: string;
  readonly value: StoredValue;
  readonly aboutMs: UtcMs;
  readonly knownAtMs: UtcMs;
}

export interface IngestBatch {
  readonly knownAtMs: UtcMs;
  readonly records: readonly TelemetryRecord[];
  readonly quarantine: readonly Omit<QuarantinedRecord, "knownAtMs">[];
  /** Values that replace what is held. Whether they may is the caller's decision. */
  readonly latest: readonly Omit<LatestValue, "knownAtMs">[];
}

export interface CommitOutcome {
  /** Those that had not come before, in the batch's order. */
  readonly applied: readonly TelemetryRecord[];
  /** Every stream the batch touched, as it is now. */
  readonly ledgers: readonly StreamLedger[];
  /** Redelivered with other values than the first time. The first ones stay. */
  readonly conflicting: readonly TelemetryRecord[];
}

/** Cumulative energy in Wh since the meters were installed; null where the site has no such counter. */
export interface CounterReading {
  readonly atMs: UtcMs;
  readonly dischargedWh: number | null;
  readonly chargedWh: number | null;
  readonly exportedWh: number | null;
  readonly importedWh: number | null;
}

export interface StoredCounts {
  readonly stored: number;
  readonly redelivered: number;
  readonly missing: number;
  readonly quarantined: number;
}

export interface DocumentEntry<K extends string = string> {
  readonly kind: K;
  readonly id: string;
  /** When we knew it: wall time. */
  readonly knownAtMs: UtcMs;
  /** What it is about: market time. */
  readonly intervalStartMs: UtcMs;
  readonly unitId?: string;
  readonly siteId?: string;
  /** Plain data. */
  readonly body: object;
}

export interface DocumentFilter {
  /** Only what was known by then. */
  readonly asOfMs?: UtcMs;
  readonly unitId?: string;
  readonly siteId?: string;
}

export const settlementStream = "settlement";

/** The four counters of a settlement record; undefined when it holds none of them. */
export function counterReadingOf({ aboutMs, values }: TelemetryRecord): CounterReading | undefined {
  const byName = new Map(values);
  const counter = (name: string): number | null => {
    const value = byName.get(name);
    return typeof value === "number" ? value : null;
  };
  const reading: CounterReading = {
    atMs: aboutMs,
    dischargedWh: counter("Energy/Discharged"),
    chargedWh: counter("Energy/Charged"),
    exportedWh: counter("Energy/Exported"),
    importedWh: counter("Energy/Imported"),
  };
  const { dischargedWh, chargedWh, exportedWh, importedWh } = reading;
  return [dischargedWh, chargedWh, exportedWh, importedWh].some((value) => value !== null) ? reading : undefined;
}

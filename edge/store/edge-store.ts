import type { CodedError, Result } from "@penstock/protocol/result";
import type { Ms, UtcMs } from "@penstock/protocol/units";

/**
 * What an edge remembers. Callbacks, because the real one lives in a thread of its own: an answer means
 * *on disk* (SQLite, WAL, synchronous=FULL), and nothing may be counted before it came.
 *
 * Records form gapless streams: the sequence is assigned in the insert's own transaction, from 1. A record
 * is deleted only after the host said it has committed it.
 */
export interface EdgeStore {
  /** What the store did of its own accord; set before `load`, whose answer comes after the notices of opening. */
  onNotice: (notice: StoreNotice) => void;
  /** Everything needed to go on where the last process stopped. */
  load(done: (result: Result<StoreImage>) => void): void;
  /** Appends in order; answers with the records as stored. */
  append(records: readonly NewRecord[], done: (result: Result<readonly StoredRecord[]>) => void): void;
  /** Unacknowledged records of a stream with sequence > `after`, ascending, at most `limit`. */
  read(stream: StreamName, after: number, limit: number, done: (result: Result<readonly StoredRecord[]>) => void): void;
  /** The host has committed everything up to and including `upTo`. */
  acknowledge(stream: StreamName, upTo: number, done: (result: Result<void>) => void): void;
  /** Small named facts that survive: held lease, lease high-water mark, latches, bdSeq. */
  put(key: string, value: unknown, done: (result: Result<void>) => void): void;
  /** Appends to the hash-chained audit log. */
  audit(entry: AuditEntry, done: (result: Result<void>) => void): void;
  /** The newest `limit` entries, oldest first. */
  readAudit(limit: number, done: (result: Result<readonly ChainedAuditEntry[]>) => void): void;
  stats(done: (result: Result<StoreStats>) => void): void;
}

export const STREAMS = ["settlement", "events", "telemetry"] as const;
/** In order of worth: when the disk is full `telemetry` is folded first; the other two never go. */
export type StreamName = (typeof STREAMS)[number];

export interface NewRecord {
  readonly stream: StreamName;
  /** Sparkplug device the record is about; undefined for the site itself. */
  readonly device?: string;
  /** When it was measured, wall clock of the edge. */
  readonly timeMs: UtcMs;
  readonly metrics: readonly RecordMetric[];
}

/** Name from the catalogue in protocol/telemetry; a value as it will travel. */
export type RecordMetric = readonly [name: string, value: number | boolean | string | null];

export interface StoredRecord extends NewRecord {
  readonly sequence: number;
  /** Present on a summary: with it, every sequence from `fromSequence` to its own is accounted for. */
  readonly folded?: Folded;
}

/** Where a full disk has thinned telemetry: values are means (numbers) or the last (anything else). */
export interface Folded {
  readonly fromSequence: number;
  /** How coarse: all that happened within this long became one record a device. */
  readonly windowMs: Ms;
  /** Raw records of this device it stands for. */
  readonly records: number;
}

export interface StoreImage {
  /** Identity of this database. A new file is a new epoch: its sequences start again. */
  readonly epoch: string;
  readonly streams: Readonly<Record<StreamName, { readonly lastSequence: number; readonly acknowledged: number }>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface AuditEntry {
  readonly timeMs: UtcMs;
  readonly who: string;
  readonly what: string;
  readonly outcome: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface ChainedAuditEntry extends AuditEntry {
  readonly sequence: number;
  readonly previousHash: string;
  /** SHA-256 over `previousHash` and everything else in the entry. */
  readonly hash: string;
}

export type StoreNotice =
  /** A file that could not be trusted was set aside, or there was none; sequences begin again. */
  | { readonly code: "store.new-epoch"; readonly epoch: string; readonly reason: string; readonly setAside?: string }
  /** Telemetry outgrew its budget and was thinned. */
  | {
      readonly code: "store.folded";
      readonly fromSequence: number;
      readonly toSequence: number;
      readonly records: number;
      readonly summaries: number;
    }
  /** Nothing is left to fold and telemetry is still over its budget. */
  | { readonly code: "store.over-budget"; readonly telemetryBytes: number; readonly budgetBytes: number };

export interface StoreStats {
  readonly stored: Readonly<Record<StreamName, number>>;
  readonly acknowledged: Readonly<Record<StreamName, number>>;
  readonly fileBytes: number;
  /** What the budget is about: unacknowledged telemetry, by the same estimate in every store. */
  readonly telemetryBytes: number;
  readonly budgetBytes: number;
}

export type StoreError = CodedError & { readonly code: `store.${string}` };

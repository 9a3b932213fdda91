import type { Result } from "@penstock/protocol/result";
import type {
  AuditEntry,
  ChainedAuditEntry,
  EdgeStore,
  NewRecord,
  StoredRecord,
  StoreImage,
  StoreNotice,
  StoreStats,
  StreamName,
} from "./edge-store.ts";

/** One call on a store as plain data: what crosses a thread, and what one transaction groups. */
export type StoreOperation =
  | { readonly type: "load" }
  | { readonly type: "append"; readonly records: readonly NewRecord[] }
  | { readonly type: "read"; readonly stream: StreamName; readonly after: number; readonly limit: number }
  | { readonly type: "acknowledge"; readonly stream: StreamName; readonly upTo: number }
  | { readonly type: "put"; readonly key: string; readonly value: unknown }
  | { readonly type: "audit"; readonly entry: AuditEntry }
  | { readonly type: "read-audit"; readonly limit: number }
  | { readonly type: "stats" };

export type StoreAnswer = (result: Result<unknown>) => void;

/** The calls of {@link EdgeStore}, each turned into one operation. Where operations run is the subclass's business. */
export abstract class OperationStore implements EdgeStore {
  onNotice: (notice: StoreNotice) => void = () => {};

  /** Must answer exactly once, later, in the order of submission. */
  protected abstract submit(operation: StoreOperation, answer: StoreAnswer): void;

  load(done: (result: Result<StoreImage>) => void): void {
    this.submit({ type: "load" }, done as StoreAnswer);
  }

  append(records: readonly NewRecord[], done: (result: Result<readonly StoredRecord[]>) => void): void {
    this.submit({ type: "append", records }, done as StoreAnswer);
  }

  read(
    stream: StreamName,
    after: number,
    limit: number,
    done: (result: Result<readonly StoredRecord[]>) => void,
  ): void {
    this.submit({ type: "read", stream, after, limit }, done as StoreAnswer);
  }

  acknowledge(stream: StreamName, upTo: number, done: (result: Result<void>) => void): void {
    this.submit({ type: "acknowledge", stream, upTo }, done as StoreAnswer);
  }

  put(key: string, value: unknown, done: (result: Result<void>) => void): void {
    this.submit({ type: "put", key, value }, done as StoreAnswer);
  }

  audit(entry: AuditEntry, done: (result: Result<void>) => void): void {
    this.submit({ type: "audit", entry }, done as StoreAnswer);
  }

  readAudit(limit: number, done: (result: Result<readonly ChainedAuditEntry[]>) => void): void {
    this.submit({ type: "read-audit", limit }, done as StoreAnswer);
  }

  stats(done: (result: Result<StoreStats>) => void): void {
    this.submit({ type: "stats" }, done as StoreAnswer);
  }
}

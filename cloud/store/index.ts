export * from "./cloud-store.ts";
export { MemoryCloudStore } from "./memory-cloud-store.ts";
export { openSqliteCloudStore } from "./sqlite-cloud-store.ts";
export {
  completeUpToMs,
  emptyLedger,
  gapsOf,
  holds,
  missingOf,
  type NumberedRecord,
  type SequenceRange,
  type StreamKey,
  type StreamLedger,
  takeRecord,
} from "./stream-ledger.ts";

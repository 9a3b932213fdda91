import { randomUUID } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { fail, invariant, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { openSqliteStore, type SqliteStore } from "./sqlite-store.ts";
import type { StoreReply, StoreRequest, StoreThreadData } from "./store-handle.ts";

/** The thread that owns the SQLite file. Whatever arrived while one transaction committed shares the next. */
const port = parentPort;
invariant(port !== null, "this file is the entry of a worker thread");

const { file, budgetBytes } = workerData as StoreThreadData;
let store: SqliteStore | undefined;
let queue: StoreRequest[] = [];

port.on("message", (message: StoreRequest | "close") => {
  if (message === "close") {
    commitQueue();
    store?.close();
    port.close();
    return;
  }
  if (queue.push(message) === 1) setImmediate(commitQueue);
});

function commitQueue(): void {
  const batch = queue;
  queue = [];
  if (batch.length === 0) return;
  const results = run(batch);
  const answers = batch.map(({ id }, index) => ({ id, result: results[index] as Result<unknown> }));
  const reply: StoreReply = { notices: store?.takeNotices() ?? [], answers };
  port?.postMessage(reply);
}

function run(batch: readonly StoreRequest[]): readonly Result<unknown>[] {
  if (store === undefined) {
    const opened = openSqliteStore({
      file,
      budgetBytes,
      newEpoch: randomUUID,
      nowMs: () => Date.now() as UtcMs,
    });
    if (!opened.ok) return batch.map(() => fail(opened.error));
    store = opened.value;
  }
  return store.commit(batch.map(({ operation }) => operation));
}

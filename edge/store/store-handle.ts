import { Worker } from "node:worker_threads";
import { fail, type Result } from "@penstock/protocol/result";
import type { StoreNotice } from "./edge-store.ts";
import { OperationStore, type StoreAnswer, type StoreOperation } from "./store-operation.ts";

export interface StoreThreadData {
  readonly file: string;
  readonly budgetBytes: number;
}

export interface StoreRequest {
  readonly id: number;
  readonly operation: StoreOperation;
}

export interface StoreReply {
  readonly notices: readonly StoreNotice[];
  readonly answers: readonly { readonly id: number; readonly result: Result<unknown> }[];
}

/**
 * The SQLite store as the agent sees it: it runs in a thread of its own, started by the first call and again
 * by the first call after it died. What was under way then is answered with `store.thread-died`: it may or
 * may not be on the disk.
 */
export class StoreHandle extends OperationStore {
  readonly #data: StoreThreadData;
  readonly #pending = new Map<number, StoreAnswer>();
  #worker: Worker | undefined;
  #nextId = 1;

  constructor(data: StoreThreadData) {
    super();
    this.#data = data;
  }

  protected override submit(operation: StoreOperation, answer: StoreAnswer): void {
    const id = this.#nextId++;
    this.#pending.set(id, answer);
    this.#worker ??= this.#start();
    this.#worker.postMessage({ id, operation } satisfies StoreRequest);
  }

  /** Commits what is queued, closes the file and ends the thread. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close");
    await ended;
  }

  #start(): Worker {
    // Beside this file, whether it is the source or a bundle.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./store-thread.${extension}`, import.meta.url), { workerData: this.#data });
    let detail = "it ended";
    worker.on("message", (reply: StoreReply) => {
      for (const notice of reply.notices) this.onNotice(notice);
      for (const { id, result } of reply.answers) {
        const answer = this.#pending.get(id);
        this.#pending.delete(id);
        answer?.(result);
      }
    });
    worker.on("error", (error) => {
      detail = error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
      const lost = [...this.#pending.values()];
      this.#pending.clear();
      for (const answer of lost) answer(fail({ code: "store.thread-died", detail }));
    });
    return worker;
  }
}

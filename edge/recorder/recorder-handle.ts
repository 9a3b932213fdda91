import { Worker } from "node:worker_threads";
import type { LoopOutput } from "../loop/loop-types.ts";
import type { FolderError } from "./recording-folder.ts";

export interface RecorderThreadData {
  readonly folder: string;
  /** Of all segments together. */
  readonly budgetBytes: number;
}

export type RecorderMessage = Extract<LoopOutput, { type: "recording" | "evidence" }>;

/**
 * The recorder as the main thread sees it. Its thread is started by the first message, and again by the next after it
 * died: a recording is worth nothing beside a running site, and no trouble with it is anybody's else.
 */
export class RecorderHandle {
  readonly #data: RecorderThreadData;
  readonly #onTrouble: (error: FolderError) => void;
  #worker: Worker | undefined;

  constructor(data: RecorderThreadData, onTrouble: (error: FolderError) => void) {
    this.#data = data;
    this.#onTrouble = onTrouble;
  }

  keep(message: RecorderMessage): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(message, message.type === "recording" ? [message.chunk.bytes.buffer] : []);
  }

  /** Answers when everything given so far is in its file. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise((resolve) => worker.once("exit", resolve));
    worker.postMessage("close");
    await ended;
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./recorder-thread.${extension}`, import.meta.url), { workerData: this.#data });
    worker.on("message", this.#onTrouble);
    worker.on("error", (error) => {
      this.#onTrouble({
        code: "recorder.thread-died",
        detail: error instanceof Error ? error.message : String(error),
      });
    });
    worker.on("exit", () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}

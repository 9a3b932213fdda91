import { Worker } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import type { LoopThreadData } from "./loop-thread-data.ts";
import type { LoopInput, LoopOutput } from "./loop-types.ts";
import { besideThisFile } from "./thread-file.ts";

/** The fast loop as the main thread sees it. */
export interface LoopHandle {
  post(input: LoopInput): void;
  /** Answers when the thread is gone. The units keep their set-points until their own timers run out. */
  stop(): Promise<void>;
}

export interface LoopListener {
  readonly onOutput: (output: LoopOutput) => void;
  /** The thread ended without being told to: whoever has a supervisor exits now. */
  readonly onFailure: (cause: unknown) => void;
}

/** Starts the loop's thread, from source (`.ts`) or out of a bundle (`.js`). */
export function startLoopThread(data: LoopThreadData, listener: LoopListener): LoopHandle {
  const file = besideThisFile("loop-thread.ts") ?? besideThisFile("loop-thread.js");
  invariant(file !== undefined, "the loop's thread lies beside the handle");
  const worker = new Worker(file, { workerData: data });
  let cause: unknown;
  let isStopping = false;
  const ended = new Promise<void>((resolve) => {
    worker.on("exit", (code) => {
      if (!isStopping) listener.onFailure(cause ?? new Error(`the loop's thread ended with code ${code}`));
      resolve();
    });
  });
  worker.on("message", listener.onOutput);
  worker.on("error", (error) => {
    cause = error;
  });
  return {
    post: (input) => worker.postMessage(input),
    async stop() {
      isStopping = true;
      worker.postMessage({ type: "stop" } satisfies LoopInput);
      const timer = setTimeout(() => void worker.terminate(), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

const STOP_WITHIN_MS = 5_000;

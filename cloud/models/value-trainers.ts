import { Worker } from "node:worker_threads";
import { fail, ok } from "@penstock/protocol/result";
import type { ValueModel } from "../strategies/learned/value-model.ts";
import type { ValueTrainer } from "../strategies/learned-strategy.ts";
import { learnValue } from "./learn-value.ts";

/** Learns in a thread of its own, one lesson after another; the bids go on meanwhile. */
export class ThreadValueTrainer implements ValueTrainer {
  #last: Promise<void> = Promise.resolve();
  #worker: Worker | undefined;

  learn(lesson: Parameters<ValueTrainer["learn"]>[0], done: Parameters<ValueTrainer["learn"]>[1]): void {
    this.#last = this.#last.then(
      () =>
        new Promise((resolve) => {
          const worker = new Worker(new URL("./value-learn-worker.ts", import.meta.url), { workerData: lesson });
          this.#worker = worker;
          let isAnswered = false;
          const answer = (said: Parameters<typeof done>[0]): void => {
            if (isAnswered) return;
            isAnswered = true;
            this.#worker = undefined;
            done(said);
            resolve();
          };
          worker.on("message", (model: ValueModel) => answer(ok(model)));
          worker.on("error", (error) => answer(fail({ code: "strategy.learning-failed", because: error.message })));
          worker.on("exit", () => answer(fail({ code: "strategy.learning-failed", because: "its thread ended" })));
        }),
    );
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }
}

/** Learns where it stands and at once: for worlds whose clock waits. */
export const valueTrainerAtOnce: ValueTrainer = { learn: (lesson, done) => done(ok(learnValue(lesson))) };

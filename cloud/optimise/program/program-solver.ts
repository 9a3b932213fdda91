import { Worker } from "node:worker_threads";
import { type CodedError, fail, type Result } from "@penstock/protocol/result";
import type { LinearProgram } from "./linear-program.ts";
import { type Solved, type SolveLimits, USUAL_LIMITS } from "./solve-program.ts";

/** HiGHS in a thread of its own: one program at a time, the rest wait their turn. */
export class ProgramSolver {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  solve(program: LinearProgram, limits: SolveLimits = USUAL_LIMITS): Promise<Result<Solved, CodedError>> {
    const mine = this.#last.then(() => this.#ask(program, limits));
    this.#last = mine;
    return mine;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #ask(program: LinearProgram, limits: SolveLimits): Promise<Result<Solved, CodedError>> {
    this.#worker ??= new Worker(new URL("./solve-worker.ts", import.meta.url));
    const worker = this.#worker;
    return new Promise((resolve) => {
      const settle = (result: Result<Solved, CodedError>): void => {
        worker.off("message", settle);
        worker.off("error", stop);
        resolve(result);
      };
      const stop = (error: Error): void => {
        this.#worker = undefined; // The next program gets a fresh thread.
        settle(fail({ code: "optimise.solver-failed", reason: error.message }));
      };
      worker.on("message", settle);
      worker.on("error", stop);
      worker.postMessage({ text: program.toText(), variables: program.columns.length, limits });
    });
  }
}

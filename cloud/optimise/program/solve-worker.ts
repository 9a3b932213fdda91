import { parentPort } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import { type SolveLimits, solveText } from "./solve-program.ts";

/** A thread that solves one program after another. */
invariant(parentPort !== null, "this file runs as a worker thread");
const port = parentPort;
port.on("message", async ({ text, variables, limits }: { text: string; variables: number; limits: SolveLimits }) => {
  port.postMessage(await solveText(text, variables, limits));
});

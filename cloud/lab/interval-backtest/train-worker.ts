import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import type { Battery } from "../../optimise/battery.ts";
import { ValueLearner } from "../../strategies/learned/value-learner.ts";
import { MarketPast, type MarketTable } from "./market-table.ts";

/** A thread that makes a model of one past after another. */
export interface TrainTask {
  readonly table: MarketTable;
  readonly battery: Battery;
}

invariant(parentPort !== null, "this file runs as a worker thread");
const port = parentPort;
const { table, battery } = workerData as TrainTask;
const learner = new ValueLearner(new MarketPast(table, 0), battery);
port.on("message", (length: number) => port.postMessage(learner.learn(new MarketPast(table, length))));

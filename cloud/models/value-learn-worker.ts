import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import type { ValueLesson } from "../strategies/learned-strategy.ts";
import { learnValue } from "./learn-value.ts";

/** A thread that learns from one past and ends. */
invariant(parentPort !== null, "this file runs as a worker thread");
parentPort.postMessage(learnValue(workerData as ValueLesson));

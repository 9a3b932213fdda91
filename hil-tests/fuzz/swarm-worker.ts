import { parentPort } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import { fuzzWorld } from "./fuzz-world.ts";

// The thread of one worker of a swarm: a seed comes in, its outcome goes out.
const port = parentPort;
invariant(port !== null, "this file is a thread's");
port.on("message", (seed: number) => port.postMessage(fuzzWorld(seed)));

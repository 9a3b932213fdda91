import { parentPort, workerData } from "node:worker_threads";
import { invariant } from "@penstock/protocol/result";
import type { RecorderMessage, RecorderThreadData } from "./recorder-handle.ts";
import { RecordingFolder } from "./recording-folder.ts";

/** The recorder's files in a thread of their own: packing ten minutes takes longer than a cycle, or a commit, may wait. */
const port = parentPort;
invariant(port !== null, "this file is the entry of a worker thread");
const { folder, budgetBytes } = workerData as RecorderThreadData;
const recordings = new RecordingFolder(folder, budgetBytes);

port.on("message", (message: RecorderMessage | "close") => {
  if (message === "close") {
    port.close();
    return;
  }
  const kept =
    message.type === "recording" ? recordings.append(message.chunk) : recordings.keepEvidence(message.evidence);
  if (!kept.ok) port.postMessage(kept.error);
});

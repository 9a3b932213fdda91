import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { threadId } from "node:worker_threads";
import type { ThreadReport } from "./thread-report.ts";

// Preloaded into every process and thread of a soaked world. It says in a file of its own how its thread fares; what it
// sets up keeps nobody alive.
const folder = process.env["PENSTOCK_PROBE_FOLDER"];
const everyMs = Number(process.env["PENSTOCK_PROBE_EVERY_MS"]);
if (folder !== undefined && everyMs > 0) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const file = `${folder}/${process.pid}-${threadId}.json`;
  setInterval(() => {
    const lagP99Ms = delay.percentile(99) / 1e6;
    const lagMaxMs = delay.max / 1e6;
    // Only what outlives a collection can be a leak.
    globalThis.gc?.();
    const resources = process.getActiveResourcesInfo();
    const timers = resources.filter((kind) => TIMERS.has(kind)).length;
    const report: ThreadReport = {
      atMs: Date.now(),
      heapBytes: process.memoryUsage().heapUsed,
      handles: resources.length - timers,
      timers,
      lagP99Ms,
      lagMaxMs,
    };
    // Whole or not at all: the reader may come at any moment.
    writeFileSync(`${file}.new`, JSON.stringify(report));
    renameSync(`${file}.new`, file);
    // The collection just now was ours.
    delay.reset();
  }, everyMs).unref();
}

const TIMERS: ReadonlySet<string> = new Set(["Timeout", "Immediate"]);

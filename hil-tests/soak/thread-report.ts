import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** How one thread of one process fares, said by itself after a collection. */
export interface ThreadReport {
  readonly atMs: number;
  readonly heapBytes: number;
  /** Sockets, ports, files and whatever else keeps a thread alive, but timers. */
  readonly handles: number;
  readonly timers: number;
  /** How late its event loop was, since the report before. */
  readonly lagP99Ms: number;
  readonly lagMaxMs: number;
}

/** What a process must find in its environment for {@link probe.ts} to report into `folder`. */
export const probeEnvironment = (folder: string, everyMs: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--expose-gc --import ${pathToFileURL(join(import.meta.dirname, "probe.ts"))}`,
  PENSTOCK_PROBE_FOLDER: folder,
  PENSTOCK_PROBE_EVERY_MS: String(everyMs),
});

/** The last report of every thread of these processes that is no older than `ageMsMax`; the others are gone. */
export function threadReports(
  folder: string,
  pids: readonly number[],
  { nowMs, ageMsMax }: { readonly nowMs: number; readonly ageMsMax: number },
): ThreadReport[] {
  const wanted = new Set(pids.map(String));
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && wanted.has(name.split("-", 1)[0] ?? ""))
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as ThreadReport)
    .filter(({ atMs }) => nowMs - atMs <= ageMsMax);
}

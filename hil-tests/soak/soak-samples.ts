import { join } from "node:path";
import type { SocketWorld } from "../harness/socket-world.ts";
import { boundOf } from "./bounds.ts";
import { type Growth, type GrowthBound, judgeGrowth, type Point } from "./judge-growth.ts";
import { countTree, folderBytes } from "./process-tree.ts";
import { threadReports } from "./thread-report.ts";

export type ProcessKind = "edge" | "cloud" | "plant";

export type Quantity =
  | "residentMB"
  | "heapMB"
  | "fileHandles"
  | "threads"
  | "handles"
  | "timers"
  | "lagP99Ms"
  | "diskMB";

/** One look at one process and all it started; heaps and handles in sum over its threads, lag that of the latest of them. */
export interface Sample {
  readonly process: string;
  readonly kind: ProcessKind;
  readonly atMs: number;
  readonly values: Partial<Record<Quantity, number>>;
}

export interface JudgedSeries extends Growth {
  readonly process: string;
  readonly quantity: Quantity;
  readonly bound: GrowthBound;
}

/** Looks once at everything that runs. What is not there is not in it: too few samples are no good samples. */
export function takeSamples(world: SocketWorld, probeFolder: string, everyMs: number, atMs: number): Sample[] {
  const { runFolder, sites } = world.options;
  const data = join(runFolder, "data");
  const cloudDisk = () => folderBytes(data, "cloud.db");
  return [
    sampleOf("cloud", "cloud", world.cloud.pid, cloudDisk),
    ...sites.flatMap((site) => [
      sampleOf(`edge ${site}`, "edge", world.edge(site).pid, () => folderBytes(join(data, site))),
      sampleOf(`plant ${site}`, "plant", world.plant(site).pid),
    ]),
  ];

  function sampleOf(process: string, kind: ProcessKind, pid: number, diskBytes?: () => number): Sample {
    const counts = countTree(pid);
    if (counts === undefined) return { process, kind, atMs, values: {} };
    const threads = threadReports(probeFolder, counts.pids, { nowMs: Date.now(), ageMsMax: 2.5 * everyMs });
    const sum = (of: (thread: (typeof threads)[number]) => number) =>
      threads.reduce((total, thread) => total + of(thread), 0);
    const { residentBytes, fileHandles, threads: threadCount } = counts;
    return {
      process,
      kind,
      atMs,
      values: {
        residentMB: residentBytes / 1e6,
        fileHandles,
        threads: threadCount,
        ...(diskBytes && { diskMB: diskBytes() / 1e6 }),
        ...(threads.length > 0 && {
          heapMB: sum(({ heapBytes }) => heapBytes) / 1e6,
          handles: sum(({ handles }) => handles),
          timers: sum(({ timers }) => timers),
          lagP99Ms: Math.max(...threads.map(({ lagP99Ms }) => lagP99Ms)),
        }),
      },
    };
  }
}

/** Every process and quantity against its bound. The warm-up is left out: compilers, caches and rings fill once. */
export function judgeSamples(samples: readonly Sample[], warmUpMs: number): JudgedSeries[] {
  const judged = samples.filter(({ atMs }) => atMs >= warmUpMs);
  const processes = new Map(samples.map(({ process, kind }) => [process, kind]));
  return [...processes].flatMap(([process, kind]) =>
    QUANTITIES.flatMap((quantity) => {
      const bound = boundOf(kind, quantity);
      if (bound === undefined) return [];
      const points = judged.flatMap(({ process: of, atMs, values }): Point[] => {
        const value = values[quantity];
        return of === process && value !== undefined ? [{ atMs, value }] : [];
      });
      return [{ process, quantity, bound, ...judgeGrowth(points, bound) }];
    }),
  );
}

const QUANTITIES: readonly Quantity[] = [
  "residentMB",
  "heapMB",
  "fileHandles",
  "threads",
  "handles",
  "timers",
  "lagP99Ms",
  "diskMB",
];

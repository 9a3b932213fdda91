import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What Linux counts of a process and everything it started, in sum. */
export interface TreeCounts {
  readonly pids: readonly number[];
  readonly residentBytes: number;
  readonly fileHandles: number;
  readonly threads: number;
}

/** Undefined where the process is gone. */
export function countTree(pid: number): TreeCounts | undefined {
  const parents = parentsOf();
  if (!parents.has(pid)) return undefined;
  const pids = [pid];
  for (const parent of pids) for (const [child, of] of parents) if (of === parent) pids.push(child);
  const each = pids.flatMap((one) => countOne(one) ?? []);
  const sum = (of: (count: (typeof each)[number]) => number) => each.reduce((total, count) => total + of(count), 0);
  return {
    pids,
    residentBytes: sum(({ residentBytes }) => residentBytes),
    fileHandles: sum(({ fileHandles }) => fileHandles),
    threads: sum(({ threads }) => threads),
  };
}

/** Bytes in a folder, or in those of its files whose name begins so; a file that went meanwhile counts nothing. */
export function folderBytes(folder: string, beginning = ""): number {
  return namesIn(folder)
    .filter((name) => name.startsWith(beginning))
    .reduce((total, name) => total + bytesOf(join(folder, name)), 0);
}

/** A process may end at any moment between two looks. */
function countOne(pid: number): Omit<TreeCounts, "pids"> | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return {
      residentBytes: field("VmRSS") * 1024,
      fileHandles: readdirSync(`/proc/${pid}/fd`).length,
      threads: field("Threads"),
    };
  } catch {
    return undefined;
  }
}

function parentsOf(): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // A program's name, in parentheses, may hold anything.
      const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      parents.set(Number(name), Number(parent));
    } catch {}
  }
  return parents;
}

function bytesOf(path: string): number {
  try {
    const stat = statSync(path);
    return stat.isDirectory() ? folderBytes(path) : stat.size;
  } catch {
    return 0;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { cpus, freemem, loadavg, totalmem } from "node:os";
import { dirname } from "node:path";

/** What can be seen of the box without asking anybody; null where it cannot be seen. */
export interface BoxFacts {
  readonly nodeVersion: string;
  readonly cpuCount: number;
  readonly loadPerCpu: number;
  readonly memoryFreeBytes: number;
  readonly memoryTotalBytes: number;
  readonly socketMode: number | null;
  readonly disk: {
    readonly freeBytes: number;
    readonly totalBytes: number;
    readonly isWritable: boolean;
    readonly inodesFreeShare: number | null;
  } | null;
  readonly storeFileMode: number | null;
  /** chrony, systemd-timesyncd or ntpd leave a mark when they have set the clock. */
  readonly isClockSynchronised: boolean | null;
  readonly cpuTemperatureC: number | null;
  readonly timeZone: string;
  readonly isRoot: boolean;
}

export function boxFacts({
  socket,
  storeFile,
}: {
  readonly socket: string | undefined;
  readonly storeFile: string | undefined;
}): BoxFacts {
  return {
    nodeVersion: process.versions.node,
    cpuCount: cpus().length,
    loadPerCpu: (loadavg()[1] ?? 0) / Math.max(1, cpus().length),
    memoryFreeBytes: attempt(memoryAvailable) ?? freemem(),
    memoryTotalBytes: totalmem(),
    socketMode: socket === undefined ? null : attempt(() => statSync(socket).mode & 0o777),
    disk: storeFile === undefined ? null : attempt(() => diskOf(dirname(storeFile))),
    storeFileMode: storeFile === undefined ? null : attempt(() => statSync(storeFile).mode & 0o777),
    isClockSynchronised: clockMark(),
    cpuTemperatureC: attempt(() => Number(readFileSync("/sys/class/thermal/thermal_zone0/temp", "utf8")) / 1e3),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    isRoot: process.getuid?.() === 0,
  };
}

function diskOf(folder: string): NonNullable<BoxFacts["disk"]> {
  const { bavail, blocks, bsize, ffree, files } = statfsSync(folder);
  const isWritable = attempt(() => accessSync(folder, constants.W_OK)) !== null;
  return {
    freeBytes: bavail * bsize,
    totalBytes: blocks * bsize,
    isWritable,
    inodesFreeShare: files > 0 ? ffree / files : null,
  };
}

/** Linux counts what it could give back; `freemem` does not. */
function memoryAvailable(): number {
  const kilobytes = /MemAvailable:\s+(\d+)/.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

function clockMark(): boolean | null {
  if (existsSync("/run/systemd/timesync/synchronized") || existsSync("/var/lib/chrony/drift")) return true;
  return existsSync("/run/systemd/timesync") ? false : null;
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

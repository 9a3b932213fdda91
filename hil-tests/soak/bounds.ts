import type { GrowthBound } from "./judge-growth.ts";
import type { ProcessKind, Quantity } from "./soak-samples.ts";

/**
 * What every process is held to: growth an hour, the swing a short run is allowed, and the most it may be. The probe and
 * the compiler of TypeScript in every thread are part of the memory. How late an event loop is depends on who else wants
 * this machine's cores: it is held to not becoming later.
 */
const everywhere: Readonly<Record<Exclude<Quantity, "diskMB">, GrowthBound>> = {
  residentMB: { perHour: 24, atLeast: 40, most: 600 },
  heapMB: { perHour: 6, atLeast: 10, most: 200 },
  fileHandles: { perHour: 6, atLeast: 24, most: 512 },
  threads: { perHour: 2, atLeast: 2, most: 64 },
  handles: { perHour: 6, atLeast: 24, most: 256 },
  timers: { perHour: 12, atLeast: 24, most: 512 },
  lagP99Ms: { perHour: 40, atLeast: 100, most: 500 },
};

/**
 * An edge's disk holds what waits to be acknowledged and the recording of every cycle; both have budgets in the site's
 * file, and grow until they reach them. The cloud's holds what every site ever told.
 */
const disk: Readonly<Record<ProcessKind, GrowthBound | undefined>> = {
  edge: { perHour: 120, atLeast: 20, most: 456 },
  cloud: { perHour: 120, atLeast: 20 },
  plant: undefined,
};

export const boundOf = (kind: ProcessKind, quantity: Quantity): GrowthBound | undefined =>
  quantity === "diskMB" ? disk[kind] : everywhere[quantity];

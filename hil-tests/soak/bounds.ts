import type { GrowthBound } from "./judge-growth.ts";
import type { ProcessKind, Quantity } from "./soak-samples.ts";

type Bounds = Readonly<Record<Exclude<Quantity, "diskMB">, GrowthBound>>;

/**
 * What every process is held to: growth an hour, the swing a short run is allowed, and the most it may be. The probe and
 * the compiler of TypeScript in every thread are part of the memory. How late an event loop is depends on who else wants
 * this machine's cores: it is held to not becoming later.
 */
const everywhere: Bounds = {
  residentMB: { perHour: 24, swing: 10, most: 600 },
  heapMB: { perHour: 6, swing: 2, most: 200 },
  fileHandles: { perHour: 6, swing: 8, most: 512 },
  threads: { perHour: 2, swing: 2, most: 64 },
  handles: { perHour: 6, swing: 8, most: 256 },
  timers: { perHour: 12, swing: 8, most: 512 },
  lagP99Ms: { perHour: 40, swing: 100, most: 500 },
};

/** A soaked hour is twenty of the market's: what a fleet remembers of the last days is still filling. */
const cloud: Bounds = {
  ...everywhere,
  residentMB: { perHour: 48, swing: 10, most: 600 },
  heapMB: { perHour: 12, swing: 2, most: 200 },
};

/**
 * An edge's disk holds what waits to be acknowledged and the recording of every cycle; both have budgets in the site's
 * file, and grow until they reach them. The cloud's holds what every site ever told.
 */
const disk: Readonly<Record<ProcessKind, GrowthBound | undefined>> = {
  edge: { perHour: 60, swing: 8, most: 456 },
  cloud: { perHour: 60, swing: 8 },
  plant: undefined,
};

export const boundOf = (kind: ProcessKind, quantity: Quantity): GrowthBound | undefined =>
  quantity === "diskMB" ? disk[kind] : (kind === "cloud" ? cloud : everywhere)[quantity];

import type { DayAheadModel } from "./day-ahead-model.ts";
import { evenMix, expertMix, type Mix } from "./expert-mix.ts";
import { kernelRegression } from "./kernel-regression.ts";
import { lear } from "./lear.ts";
import { lastWeek, similarDay } from "./naive-days.ts";
import { asinhStabiliser, rootStabiliser } from "./stabiliser.ts";

const LEAR_WINDOWS = [56, 84, 1092, 1456];
const published = LEAR_WINDOWS.map((windowDays) => lear({ windowDays, stabiliser: asinhStabiliser }));
/**
 * Likeness, reach, noise and weights were chosen on the year before the benchmark's test years (three markets, one
 * set of figures for all): the nearest inputs count most.
 */
const weights = { prices: [1, 0.2, 0.14, 0.2], known: [1, 0.35, 0.14], weekday: 0.2 };
const smooth = {
  stabiliser: asinhStabiliser,
  likeness: "smooth",
  linear: 0.3,
  reach: 2,
  noise: 0.15,
  weights,
} as const;
const kernels = [
  ...[91, 182, 364, 728].map((windowDays) => kernelRegression({ ...smooth, windowDays })),
  kernelRegression({ ...smooth, windowDays: 364, stabiliser: rootStabiliser }),
  kernelRegression({ ...smooth, windowDays: 1456, likeness: "rough", linear: 0.5, reach: 3, noise: 0.08 }),
];

/** The shelf: every model that learns by itself, by its name. */
export const dayAheadModels: Readonly<Record<string, DayAheadModel>> = Object.fromEntries(
  [lastWeek, similarDay, ...published, ...kernels].map((model) => [model.name, model]),
);

export interface DayAheadMix {
  readonly members: readonly string[];
  readonly mix: () => Mix;
}

const names = (models: readonly DayAheadModel[]): readonly string[] => models.map(({ name }) => name);

/** Models that are made of others. `blend` is the default. */
export const dayAheadMixes: Readonly<Record<string, DayAheadMix>> = {
  blend: {
    members: names([...kernels, ...published]),
    mix: () => expertMix({ halfLifeDays: 56, sharpness: 15 }),
  },
  "kernel-mean": { members: names(kernels), mix: evenMix },
  "lear-mean": { members: names(published), mix: evenMix },
};

export * from "./day-ahead-bands.ts";
export * from "./day-ahead-market.ts";
export * from "./day-ahead-model.ts";
export * from "./expert-mix.ts";

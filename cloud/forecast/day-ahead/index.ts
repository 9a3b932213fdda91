import type { DayAheadModel } from "./day-ahead-model.ts";
import { evenMix, expertMix, type Mix } from "./expert-mix.ts";
import { kernelRegression } from "./kernel-regression.ts";
import { lear } from "./lear.ts";
import { lastWeek, similarDay } from "./naive-days.ts";
import { asinhStabiliser, rootStabiliser } from "./stabiliser.ts";
import { treeRegression } from "./tree-regression.ts";

const LEAR_WINDOWS = [56, 84, 1092, 1456];
const published = LEAR_WINDOWS.map((windowDays) => lear({ windowDays, stabiliser: asinhStabiliser }));

/** Likeness, reach and noise were chosen on the year before the benchmark's test years, one set for all markets. */
const smooth = {
  stabiliser: asinhStabiliser,
  level: "absolute",
  likeness: "smooth",
  linear: 0.3,
  reach: 2,
  noise: 0.15,
} as const;
const rough = { ...smooth, likeness: "rough", linear: 0.5, reach: 3, noise: 0.08 } as const;
const kernels = [
  ...[91, 182, 728].map((windowDays) => kernelRegression({ ...smooth, windowDays })),
  ...[364, 1456].map((windowDays) => kernelRegression({ ...rough, windowDays })),
  kernelRegression({ ...smooth, windowDays: 364, stabiliser: rootStabiliser }),
  ...[364, 728].map((windowDays) => kernelRegression({ ...smooth, windowDays, level: "relative" })),
  kernelRegression({ ...rough, windowDays: 1456, level: "relative" }),
];

/** Chosen on the year before the benchmark's test years, one set for all markets. */
const trees = treeRegression({
  windowDays: 1092,
  stabiliser: asinhStabiliser,
  trees: 400,
  loss: "squared",
  learningRate: 0.05,
  leavesMax: 31,
  rowsPerLeafMin: 20,
  rowShare: 0.7,
  featureShare: 0.4,
});

/** The shelf: every model that learns by itself, by its name. */
export const dayAheadModels: Readonly<Record<string, DayAheadModel>> = Object.fromEntries(
  [lastWeek, similarDay, ...published, ...kernels, trees].map((model) => [model.name, model]),
);

export interface DayAheadMix {
  readonly members: readonly string[];
  readonly mix: () => Mix;
}

const names = (models: readonly DayAheadModel[]): readonly string[] => models.map(({ name }) => name);

/** Models that are made of others. `blend` is the default. */
export const dayAheadMixes: Readonly<Record<string, DayAheadMix>> = {
  blend: {
    members: names([...kernels, ...published, trees]),
    mix: () => expertMix({ halfLifeDays: 14, sharpness: 8 }),
  },
  "kernel-mean": { members: names(kernels), mix: evenMix },
  "lear-mean": { members: names(published), mix: evenMix },
};

export * from "./day-ahead-bands.ts";
export * from "./day-ahead-market.ts";
export * from "./day-ahead-model.ts";
export * from "./expert-mix.ts";

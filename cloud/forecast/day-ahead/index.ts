import type { DayAheadModel } from "./day-ahead-model.ts";
import { evenMix, expertMix, type Mix } from "./expert-mix.ts";
import { lear } from "./lear.ts";
import { lastWeek, similarDay } from "./naive-days.ts";
import { asinhStabiliser, linearStabiliser, rootStabiliser } from "./stabiliser.ts";

const LEAR_WINDOWS = [56, 84, 1092, 1456];
const published = LEAR_WINDOWS.map((windowDays) => lear({ windowDays, stabiliser: asinhStabiliser }));
const further = [
  ...[112, 182, 364, 728].map((windowDays) => lear({ windowDays, stabiliser: asinhStabiliser })),
  ...[56, 112, 364, 1456].map((windowDays) => lear({ windowDays, stabiliser: linearStabiliser })),
  ...[84, 182, 728, 1456].map((windowDays) => lear({ windowDays, stabiliser: rootStabiliser })),
];

/** The shelf: every model that learns by itself, by its name. */
export const dayAheadModels: Readonly<Record<string, DayAheadModel>> = Object.fromEntries(
  [lastWeek, similarDay, ...published, ...further].map((model) => [model.name, model]),
);

export interface DayAheadMix {
  readonly members: readonly string[];
  readonly mix: () => Mix;
}

const names = (models: readonly DayAheadModel[]): readonly string[] => models.map(({ name }) => name);

/** Models that are made of others. `blend` is the default. */
export const dayAheadMixes: Readonly<Record<string, DayAheadMix>> = {
  blend: {
    members: names([...published, ...further]),
    mix: () => expertMix({ halfLifeDays: 28, sharpness: 5 }),
  },
  "lear-mean": { members: names(published), mix: evenMix },
};

export * from "./day-ahead-market.ts";
export * from "./day-ahead-model.ts";
export * from "./expert-mix.ts";

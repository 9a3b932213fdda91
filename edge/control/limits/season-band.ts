import type { LimitContext, UnitLimit } from "./limit.ts";
import { bandInWords, inSocBand, socInWords, unitsOutsideBand } from "./soc-band.ts";

/** The owner's band of charge for the month: narrower in summer, say, when a full battery ages fastest. */
export const seasonBand: UnitLimit = {
  name: "season-band",
  rank: "owner",

  interval: (unit, { season }) => (season === undefined ? undefined : inSocBand(unit, season)),

  text: (image, context) =>
    context.season === undefined
      ? "no band is agreed for this month"
      : `${words(context)}: ${unitsOutsideBand(image, context.season)}`,

  unitText: (unit, context) => `${words(context)}, ${socInWords(unit)}`,
};

const words = ({ ledger, season }: LimitContext): string =>
  `band of charge for month ${ledger?.month}${season === undefined ? "" : `: ${bandInWords(season)}`}`;

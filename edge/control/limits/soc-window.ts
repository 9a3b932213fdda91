import type { UnitLimit } from "./limit.ts";
import { bandInWords, inSocBand, socInWords, unitsOutsideBand } from "./soc-band.ts";

/** What the batteries bear, the whole year round. */
export const socWindow: UnitLimit = {
  name: "soc-window",
  rank: "hardware",

  interval: (unit, { config }) => inSocBand(unit, config.socWindow),

  text: (image, { config: { socWindow } }) =>
    `state of charge window ${bandInWords(socWindow)}: ${unitsOutsideBand(image, socWindow)}`,

  unitText: (unit, { config }) => `${socInWords(unit)}, window ${bandInWords(config.socWindow)}`,
};

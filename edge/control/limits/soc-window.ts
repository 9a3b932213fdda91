import { clamp, W } from "@penstock/protocol/units";
import type { UnitImage } from "../image.ts";
import { zeroOnly } from "../interval.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import type { UnitLimit } from "./limit.ts";

/** Outside the window a unit may only move back into it; towards an edge its power falls linearly to 0. */
export const socWindow: UnitLimit = {
  name: "soc-window",
  rank: "hardware",

  interval(unit, { config }) {
    if (unit.soc.quality !== "good") return zeroOnly; // An unknown battery is both full and empty.
    const { socMin, socMax, taper } = config.socWindow;
    const discharge = room(unit.soc.value - socMin, taper);
    const charge = room(socMax - unit.soc.value, taper);
    if (discharge === 1 && charge === 1) return undefined;
    return { powerWMin: W(-charge * unit.rating.chargeWMax), powerWMax: W(discharge * unit.rating.dischargeWMax) };
  },

  text(image, { config }) {
    const { socMin, socMax, taper } = config.socWindow;
    let low = 0;
    let high = 0;
    let unknown = 0;
    for (const { soc } of image.units) {
      if (soc.quality !== "good") unknown++;
      else if (soc.value < socMin + taper) low++;
      else if (soc.value > socMax - taper) high++;
    }
    const unknownText = unknown === 0 ? "" : `, of ${unknown} it is unknown`;
    return `state of charge window ${windowInWords(config)}: ${low} units near empty, ${high} near full${unknownText}`;
  },

  unitText: (unit, { config }) => `state of charge ${socInWords(unit)}, window ${windowInWords(config)}`,
};

/** How much of full power a distance from the edge leaves, 0..1. */
function room(fromEdge: number, taper: number): number {
  if (!(fromEdge > 0)) return 0; // Not-a-number included.
  return taper > 0 ? clamp(fromEdge / taper, 0, 1) : 1;
}

const windowInWords = ({ socWindow: { socMin, socMax } }: SiteControlConfig): string =>
  `${(socMin * 100).toFixed(0)} to ${(socMax * 100).toFixed(0)} %`;

const socInWords = ({ soc }: UnitImage): string =>
  soc.quality === "good" ? `${(soc.value * 100).toFixed(1)} %` : `${soc.quality} (${soc.cause})`;

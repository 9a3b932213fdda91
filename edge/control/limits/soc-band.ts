import { clamp, W } from "@penstock/protocol/units";
import type { PowerInterval, SiteImage, UnitImage } from "../image.ts";
import { zeroOnly } from "../interval.ts";
import type { SocBand } from "../site-control-config.ts";

/** What a unit may do inside a band of charge: outside it only back in; towards an edge power falls linearly to 0. */
export function inSocBand({ soc, rating }: UnitImage, { socMin, socMax, taper }: SocBand): PowerInterval | undefined {
  if (soc.quality !== "good") return zeroOnly; // An unknown battery is both full and empty.
  const discharge = room(soc.value - socMin, taper);
  const charge = room(socMax - soc.value, taper);
  if (discharge === 1 && charge === 1) return undefined;
  return { powerWMin: W(-charge * rating.chargeWMax), powerWMax: W(discharge * rating.dischargeWMax) };
}

/** How much of full power a distance from the edge leaves, 0..1. */
function room(fromEdge: number, taper: number): number {
  if (!(fromEdge > 0)) return 0; // Not-a-number included.
  return taper > 0 ? clamp(fromEdge / taper, 0, 1) : 1;
}

export function unitsOutsideBand({ units }: SiteImage, { socMin, socMax, taper }: SocBand): string {
  let low = 0;
  let high = 0;
  let unknown = 0;
  for (const { soc } of units) {
    if (soc.quality !== "good") unknown++;
    else if (soc.value < socMin + taper) low++;
    else if (soc.value > socMax - taper) high++;
  }
  return `${low} units near empty, ${high} near full${unknown === 0 ? "" : `, of ${unknown} it is unknown`}`;
}

export const bandInWords = ({ socMin, socMax }: SocBand): string =>
  `${(socMin * 100).toFixed(0)} to ${(socMax * 100).toFixed(0)} %`;

export const socInWords = ({ soc }: UnitImage): string =>
  `state of charge ${soc.quality === "good" ? `${(soc.value * 100).toFixed(1)} %` : `${soc.quality} (${soc.cause})`}`;

import { W } from "@penstock/protocol/units";
import type { SiteImage } from "./image.ts";
import { noFurtherThan } from "./interval.ts";
import type { Because } from "./step-types.ts";
import { unusableBecause } from "./usable.ts";

/**
 * The share of the wish that lost units take with them on a site that chose `hold-share`: the others keep theirs
 * rather than working harder. Undefined while none is lost.
 */
export function unitLossShare(wishW: W, { units }: SiteImage): Because | undefined {
  let ratedW = 0;
  let usableW = 0;
  for (const unit of units) {
    const unitW = wishW > 0 ? unit.rating.dischargeWMax : unit.rating.chargeWMax;
    ratedW += unitW;
    if (unusableBecause(unit) === undefined) usableW += unitW;
  }
  if (usableW === ratedW || wishW === 0) return undefined;
  const keptW = (wishW * usableW) / ratedW;
  return {
    limit: "unit-loss",
    interval: noFurtherThan(keptW),
    movedW: W(keptW - wishW),
    text: `lost units take ${((100 * (ratedW - usableW)) / ratedW).toFixed(0)} % of the wish with them`,
  };
}

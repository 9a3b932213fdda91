import { W } from "@penstock/protocol/units";
import { zeroOnly } from "../interval.ts";
import { unusableBecause } from "../usable.ts";
import { inWords } from "../words.ts";
import type { UnitLimit } from "./limit.ts";

/** Nameplate ∩ what the BMS allows now; nothing for a unit that is lost, not running or not ours to command. */
export const unitRatings: UnitLimit = {
  name: "unit-ratings",

  interval(unit) {
    const { chargeWMax, dischargeWMax, rating } = unit;
    if (unusableBecause(unit) !== undefined) return zeroOnly;
    if (chargeWMax.quality !== "good" || dischargeWMax.quality !== "good") return zeroOnly;
    return {
      powerWMin: W(-smaller(chargeWMax.value, rating.chargeWMax)),
      powerWMax: W(smaller(dischargeWMax.value, rating.dischargeWMax)),
    };
  },

  text(image) {
    let chargeW = 0;
    let dischargeW = 0;
    let usable = 0;
    for (const unit of image.units) {
      if (unusableBecause(unit) !== undefined) continue;
      usable++;
      if (unit.chargeWMax.quality === "good") chargeW += smaller(unit.chargeWMax.value, unit.rating.chargeWMax);
      if (unit.dischargeWMax.quality === "good") {
        dischargeW += smaller(unit.dischargeWMax.value, unit.rating.dischargeWMax);
      }
    }
    return `${usable} of ${image.units.length} units can take power: charge ${inWords(chargeW)}, discharge ${inWords(dischargeW)}`;
  },

  unitText(unit) {
    const because = unusableBecause(unit);
    if (because !== undefined) return because;
    if (unit.chargeWMax.quality !== "good" || unit.dischargeWMax.quality !== "good") return "allowance unknown";
    return `BMS allows charge ${inWords(unit.chargeWMax.value)}, discharge ${inWords(unit.dischargeWMax.value)}`;
  },
};

/** Not-a-number or a negative allowance is no allowance. */
const smaller = (allowedW: number, ratedW: number): number => (allowedW > 0 ? Math.min(allowedW, ratedW) : 0);

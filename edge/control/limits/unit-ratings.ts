import { zeroOnly } from "../interval.ts";
import { unusableBecause } from "../usable.ts";
import { inWords } from "../words.ts";
import type { UnitLimit } from "./limit.ts";

/** The nameplate; nothing for a unit that is lost, not running or not ours to command. */
export const unitRatings: UnitLimit = {
  name: "unit-ratings",
  rank: "hardware",

  // What is open before any limit is the nameplate itself.
  interval: (unit) => (unusableBecause(unit) === undefined ? undefined : zeroOnly),

  text({ units }) {
    let chargeW = 0;
    let dischargeW = 0;
    let usable = 0;
    for (const unit of units) {
      if (unusableBecause(unit) !== undefined) continue;
      usable++;
      chargeW += unit.rating.chargeWMax;
      dischargeW += unit.rating.dischargeWMax;
    }
    return `${usable} of ${units.length} units can take power: charge ${inWords(chargeW)}, discharge ${inWords(dischargeW)}`;
  },

  unitText: (unit) =>
    unusableBecause(unit) ??
    `nameplate: charge ${inWords(unit.rating.chargeWMax)}, discharge ${inWords(unit.rating.dischargeWMax)}`,
};

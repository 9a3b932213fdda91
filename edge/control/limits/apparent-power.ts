import { plusMinus } from "../interval.ts";
import { inWords } from "../words.ts";
import type { UnitLimit } from "./limit.ts";

/** P² + Q² ≤ S². Active power goes first: reactive power gets what the circle leaves. */
export const apparentPower: UnitLimit = {
  name: "apparent-power",
  rank: "hardware",

  interval(unit) {
    const { apparentVAMax, chargeWMax, dischargeWMax } = unit.rating;
    if (apparentVAMax >= chargeWMax && apparentVAMax >= dischargeWMax) return undefined;
    return plusMinus(apparentVAMax);
  },

  text(image) {
    let apparentVA = 0;
    for (const unit of image.units) apparentVA += unit.rating.apparentVAMax;
    return `inverters carry ${(apparentVA / 1e6).toFixed(2)} MVA in all`;
  },

  unitText: (unit) => `inverter carries ${inWords(unit.rating.apparentVAMax).replace("W", "VA")}`,
};

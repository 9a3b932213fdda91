import { W } from "@penstock/protocol/units";
import { zeroOnly } from "../interval.ts";
import { inWords } from "../words.ts";
import type { UnitLimit } from "./limit.ts";

/** What each BMS allows at this moment. One that does not say allows nothing. */
export const bmsAllowance: UnitLimit = {
  name: "bms-allowance",
  rank: "hardware",

  interval({ chargeWMax, dischargeWMax, rating }) {
    if (chargeWMax.quality !== "good" || dischargeWMax.quality !== "good") return zeroOnly;
    if (chargeWMax.value >= rating.chargeWMax && dischargeWMax.value >= rating.dischargeWMax) return undefined;
    return { powerWMin: W(-allowed(chargeWMax.value)), powerWMax: W(allowed(dischargeWMax.value)) };
  },

  text({ units }) {
    let chargeW = 0;
    let dischargeW = 0;
    for (const { chargeWMax, dischargeWMax, rating } of units) {
      if (chargeWMax.quality !== "good" || dischargeWMax.quality !== "good") continue;
      chargeW += Math.min(allowed(chargeWMax.value), rating.chargeWMax);
      dischargeW += Math.min(allowed(dischargeWMax.value), rating.dischargeWMax);
    }
    return `the batteries' own management allows charge ${inWords(chargeW)}, discharge ${inWords(dischargeW)}`;
  },

  unitText({ chargeWMax, dischargeWMax }) {
    if (chargeWMax.quality !== "good" || dischargeWMax.quality !== "good") return "allowance unknown";
    return `BMS allows charge ${inWords(chargeWMax.value)}, discharge ${inWords(dischargeWMax.value)}`;
  },
};

/** Not-a-number or a negative allowance is no allowance. */
const allowed = (allowedW: number): number => (allowedW > 0 ? allowedW : 0);

import { plusMinus } from "../interval.ts";
import { inWords, varInWords } from "../words.ts";
import type { LimitContext, UnitLimit } from "./limit.ts";

/** P² + Q² ≤ S². Where active power goes first, vars get what the circle leaves; where vars do, power does. */
export const apparentPower: UnitLimit = {
  name: "apparent-power",
  rank: "hardware",

  interval(unit, { plannedVar }, place) {
    const { apparentVAMax, chargeWMax, dischargeWMax } = unit.rating;
    const powerWMax = Math.sqrt(Math.max(0, apparentVAMax ** 2 - (plannedVar?.[place] ?? 0) ** 2));
    if (powerWMax >= chargeWMax && powerWMax >= dischargeWMax) return undefined;
    return plusMinus(powerWMax);
  },

  text({ units }, { plannedVar }) {
    let apparentVA = 0;
    let reactiveVar = 0;
    for (const unit of units) apparentVA += unit.rating.apparentVAMax;
    for (const unitVar of plannedVar ?? []) reactiveVar += unitVar;
    const all = `inverters carry ${inWords(apparentVA).replace("W", "VA")} in all`;
    return plannedVar === undefined ? all : `${all}, of which ${varInWords(reactiveVar)} go first`;
  },

  unitText: (unit, context) =>
    `inverter carries ${inWords(unit.rating.apparentVAMax).replace("W", "VA")}${context.plannedVar === undefined ? "" : beside(context)}`,
};

const beside = ({ config }: LimitContext): string =>
  config.inverterPriority === "reactive" ? ", and vars go first" : "";

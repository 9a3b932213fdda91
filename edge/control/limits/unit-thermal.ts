import { W } from "@penstock/protocol/units";
import { derating, temperatureInWords } from "./derating.ts";
import type { UnitLimit } from "./limit.ts";

/** A hot unit gives less, where the site configures a band for its units. */
export const unitThermal: UnitLimit = {
  name: "unit-thermal",
  rank: "hardware",

  interval(unit, { config }) {
    if (config.unitThermal === undefined) return undefined;
    const factor = derating(unit.temperatureC, config.unitThermal);
    if (factor === 1) return undefined;
    return { powerWMin: W(-factor * unit.rating.chargeWMax), powerWMax: W(factor * unit.rating.dischargeWMax) };
  },

  text(image, { config }) {
    const band = config.unitThermal;
    let hot = 0;
    if (band !== undefined) for (const unit of image.units) if (derating(unit.temperatureC, band) < 1) hot++;
    return `${hot} of ${image.units.length} units are hot, or their temperature is not known`;
  },

  unitText: (unit) => temperatureInWords(unit.temperatureC),
};

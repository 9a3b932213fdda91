import { clamp, type Soc } from "@penstock/protocol/units";
import type { UnitImage } from "./image.ts";

/** Ten points of charge above the mean: 40 % more of the discharge. Never so little that a unit stands idle. */
export function tilt({ soc }: UnitImage, meanSoc: Soc, discharging: boolean): number {
  if (soc.quality !== "good") return 1;
  const aheadOfMean = discharging ? soc.value - meanSoc : meanSoc - soc.value;
  return clamp(1 + 4 * aheadOfMean, 0.1, 2);
}

export function meanStateOfCharge(units: readonly UnitImage[]): Soc {
  let storedWh = 0;
  let capacityWh = 0;
  for (const { soc, rating } of units) {
    if (soc.quality !== "good") continue;
    storedWh += soc.value * rating.capacityWh;
    capacityWh += rating.capacityWh;
  }
  return (capacityWh > 0 ? storedWh / capacityWh : 0.5) as Soc;
}

import type { W } from "@penstock/protocol/units";
import type { Battery } from "../optimise/battery.ts";
import type { SiteCapability } from "./strategy.ts";

/** A site as the optimiser sees it. Its auxiliary load is in what it attests, not in its plan. */
export function batteryOf(site: SiteCapability): Battery {
  const { importWMax, exportWMax } = site;
  return {
    capacityWh: site.capacityWh,
    socMin: site.socMin,
    socMax: site.socMax,
    powerWMaxCharge: site.powerWMaxCharge,
    powerWMaxDischarge: site.powerWMaxDischarge,
    efficiencyCharge: site.efficiencyOneWay,
    efficiencyDischarge: site.efficiencyOneWay,
    costPerMWh: site.costPerMWh,
    auxiliaryW: 0 as W,
    ...(importWMax !== undefined && { importWMax }),
    ...(exportWMax !== undefined && { exportWMax }),
  };
}

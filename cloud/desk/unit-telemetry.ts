import type { W, Wh } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import type { UnitTelemetry } from "../markets/reserve-market.ts";
import type { SiteReading } from "./site-reading.ts";

/**
 * What a unit tells its operator of its limits and its energy, from what its site last said. Undefined for a unit of
 * several sites, whose stores are no single one, and where one value is missing: an operator then enables nothing.
 */
export function unitTelemetry(
  sites: readonly SiteEntry[],
  readings: (siteId: string) => SiteReading,
): UnitTelemetry | undefined {
  const [site, ...others] = sites;
  if (site === undefined || others.length > 0) return undefined;
  const { online, soc, capacityWh, powerWMaxCharge, powerWMaxDischarge } = readings(site.siteId);
  if (!online || soc === undefined || capacityWh === undefined) return undefined;
  if (powerWMaxCharge === undefined || powerWMaxDischarge === undefined) return undefined;
  const { socMin, socMax, efficiencyOneWay } = site;
  return {
    powerWMin: (0 - Math.min(powerWMaxCharge, site.powerWMaxCharge)) as W,
    powerWMax: Math.min(powerWMaxDischarge, site.powerWMaxDischarge) as W,
    deliverableWh: (Math.max(0, soc - socMin) * capacityWh * efficiencyOneWay) as Wh,
    absorbableWh: ((Math.max(0, socMax - soc) * capacityWh) / efficiencyOneWay) as Wh,
  };
}

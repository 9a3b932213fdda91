import type { W } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import type { SiteReadings } from "../desk/site-reading.ts";
import type { Reserve } from "./split-award.ts";
import type { SplitSite } from "./split-target.ts";

/**
 * What each site of a unit can carry of a target: headroom as the certificate of its bid found it, energy as it last
 * said itself. A site without a certificate, or that does not know how full it is, carries nothing.
 */
export const splitSites = (
  sites: readonly SiteEntry[],
  readings: SiteReadings,
  reserves: readonly Reserve[],
): readonly SplitSite[] =>
  sites.map(({ siteId, socMin, socMax, efficiencyOneWay, capacityWh }) => {
    const { soc, capacityWh: runningWh = capacityWh } = readings(siteId);
    const reserve = reserves.find((each) => each.siteId === siteId);
    const isKnown = soc !== undefined && reserve !== undefined;
    return {
      siteId,
      powerWMin: isKnown ? reserve.powerWMin : (0 as W),
      powerWMax: isKnown ? reserve.powerWMax : (0 as W),
      giveWeight: isKnown ? Math.max(0, soc - socMin) * runningWh * efficiencyOneWay : 0,
      takeWeight: isKnown ? (Math.max(0, socMax - soc) * runningWh) / efficiencyOneWay : 0,
      giveLoss: 1 / efficiencyOneWay - 1,
      takeLoss: 1 - efficiencyOneWay,
    };
  });

import type { SiteDocument } from "@penstock/protocol/fleet";

/** What a unit's batteries deliver now, W positive out; null while any of its sites cannot be heard. */
export function deliveredPowerW(siteIds: readonly string[], sites: readonly SiteDocument[]): number | null {
  let totalW = 0;
  for (const siteId of siteIds) {
    const site = sites.find((each) => each.siteId === siteId);
    if (site === undefined || !site.online || site.batteryPowerW === null) return null;
    totalW += site.batteryPowerW;
  }
  return totalW;
}

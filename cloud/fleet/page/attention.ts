import { SITE_STATES, type SiteDocument } from "@penstock/protocol/fleet";

/**
 * Sites as a person should look at them: worst state first, then the most megawatts that are asked for and not
 * delivered, then by name so that equals never change places. Deltas keep the order of the snapshot before them, so
 * the page sorts for itself.
 */
export const byAttention = (sites: readonly SiteDocument[]): readonly SiteDocument[] =>
  [...sites].sort(
    (a, b) =>
      SITE_STATES.indexOf(a.state) - SITE_STATES.indexOf(b.state) ||
      heldBackW(b) - heldBackW(a) ||
      a.name.localeCompare(b.name) ||
      a.siteId.localeCompare(b.siteId),
  );

/** What the limits took from the wish. A ramp or noise is not held back, and equals must not trade places for it. */
function heldBackW({ wishPowerW, targetPowerW, because }: SiteDocument): number {
  if (wishPowerW === null || targetPowerW === null || because.length === 0) return 0;
  return Math.abs(wishPowerW - targetPowerW);
}

import type { ReadyService } from "@penstock/protocol/lease";
import type { W } from "@penstock/protocol/units";
import type { SiteReach } from "../desk/bid-record.ts";
import type { ReserveDirection } from "../markets/reserve-market.ts";
import type { Share } from "./split-award.ts";

/** What a unit is to keep ready during its award, by the name sites know the service under. */
export interface ReadyAward {
  readonly service: string;
  /** As the market names what was awarded. */
  readonly product: string;
  readonly direction: ReserveDirection;
  /** A size. */
  readonly enabledW: W;
}

export interface SiteReady {
  readonly siteId: string;
  readonly reserves: readonly ReadyService[];
}

/**
 * Splits what a unit keeps ready over its sites, each in proportion to the room its energy leaves it. The market keeps
 * energy and reserve of the whole within the sum of the sites' reaches, so the rooms always hold all of it; sites that
 * are lost have none, and what then does not fit is short.
 */
export function splitReady(
  ready: readonly ReadyAward[],
  reaches: readonly SiteReach[],
  shares: readonly Share[],
  isLost: (siteId: string) => boolean,
): readonly SiteReady[] {
  const roomW = (site: SiteReach, { direction, product }: ReadyAward): number => {
    const { siteId, upWMax, downWMin, powerWMin, powerWMax, keepsW } = site;
    if (isLost(siteId)) return 0;
    const powerW = shares.find((share) => share.siteId === siteId)?.powerW ?? 0;
    const beside = (mostW: number, leastW: number): number =>
      Math.min(direction === "down" ? FREE : mostW - powerW, direction === "up" ? FREE : powerW - leastW);
    if (keepsW === undefined) return Math.max(0, Math.floor(beside(upWMax, downWMin)));
    return Math.max(0, Math.floor(Math.min(keepsW[product] ?? 0, beside(powerWMax, powerWMin))));
  };
  return reaches.map((site) => ({
    siteId: site.siteId,
    reserves: ready.map((award) => {
      const { service, enabledW } = award;
      const before = reaches.slice(0, reaches.indexOf(site));
      const sumOf = (sites: readonly SiteReach[]) => sites.reduce((sum, each) => sum + roomW(each, award), 0);
      const allW = sumOf(reaches);
      const wantedW = Math.min(enabledW, allW);
      // Differences of rounded sums: the parts are whole watts and add up to the whole.
      const upToW = (roomsW: number): number => (allW === 0 ? 0 : Math.floor((wantedW * roomsW) / allW));
      const [fromW, toW] = [sumOf(before), sumOf(before) + roomW(site, award)];
      return { service, powerW: (upToW(toW) - upToW(fromW)) as W };
    }),
  }));
}

/** A direction a service does not go sets it no limit. */
const FREE = Number.POSITIVE_INFINITY;

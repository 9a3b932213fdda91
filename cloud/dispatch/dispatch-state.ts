import type { LeaseAck, ReadyService } from "@penstock/protocol/lease";
import type { Timer } from "@penstock/protocol/time";
import type { MonotonicMs, UtcMs, W } from "@penstock/protocol/units";
import type { SiteEntry } from "../config/cloud-config.ts";
import type { SiteReach } from "../desk/bid-record.ts";
import type { Award } from "../markets/market.ts";
import type { FleetTarget } from "./fleet-target.ts";
import type { OfferedCurve, Reserve, Share } from "./split-award.ts";
import { type ReadyAward, splitReady } from "./split-ready.ts";

export type LostWhy = "offline" | "silent" | "refused";

/** What an award was bid with. */
export interface AwardBasis {
  readonly offers: readonly OfferedCurve[];
  readonly reserves: readonly Reserve[];
  /** What is kept ready beside the award, and how far each site reaches; absent where nothing is. */
  readonly ready?: { readonly awards: readonly ReadyAward[]; readonly sites: readonly SiteReach[] };
  /** A person bid it, so that the kill switch does not stop it. */
  readonly isPersons?: boolean;
}

/** A unit whose award is in force. */
export interface UnitState {
  readonly award: Award;
  readonly basis: AwardBasis;
  /** What the unit should do, since when, and what each site would do of it were all there. */
  target: FleetTarget;
  wishedAtMs: UtcMs;
  shares: readonly Share[];
  readonly lost: Map<string, LostWhy>;
  /** What a site says its limits leave of what it is asked for in a direction: 1 out, -1 in. */
  readonly clamped: Map<string, { readonly powerW: W; readonly direction: number }>;
  clampTimer: Timer | undefined;
  clampedAtMs: MonotonicMs;
}

/** What a site was last asked for. */
export interface SiteState {
  readonly site: SiteEntry;
  readonly unitId: string;
  /** What its newest lease asks; undefined when none is counted on. */
  leasedW: W | undefined;
  leaseId: string | undefined;
  /** The lease by which it was asked again, after it had spoken of a clamp. */
  recheckId: string | undefined;
  timer: Timer | undefined;
}

/**
 * What a site's word about its limits means. Said once, a clamp may be a reading that was late for a cycle: it is a
 * `doubt`, and the site is asked again. Said of that lease too it counts: `changed`, as when a site that was clamped does
 * all of its share again.
 */
export function noteClamp(
  unit: UnitState,
  site: SiteState,
  { state, powerW }: LeaseAck,
): "doubt" | "changed" | "nothing" {
  const { leasedW, leaseId, recheckId } = site;
  const { siteId } = site.site;
  if (powerW === undefined || leasedW === undefined) return "nothing";
  const direction = Math.sign(leasedW);
  const isShort = powerW * direction < leasedW * direction * (1 - CLAMP_TOLERANCE);
  const isProbe = unit.clamped.has(siteId) && leasedW === shareOf(unit, siteId);
  if (state === "clamped" && isShort) {
    if (!isProbe && leaseId !== recheckId) return "doubt";
    unit.clamped.set(siteId, { powerW: Math.round(powerW) as W, direction });
    return "changed";
  }
  return state === "measured" && !isShort && isProbe && unit.clamped.delete(siteId) ? "changed" : "nothing";
}

export const shareOf = ({ shares }: UnitState, siteId: string): W =>
  shares.find((share) => share.siteId === siteId)?.powerW ?? (0 as W);

/** What a site is to keep ready beside its share; undefined where its leases do not say. */
export function readyOf({ basis, shares, lost }: UnitState, site: SiteEntry): readonly ReadyService[] | undefined {
  if (site.armsServices !== true) return undefined;
  const { awards = [], sites = [] } = basis.ready ?? {};
  const split = splitReady(awards, sites, shares, (siteId) => lost.has(siteId));
  return split.find(({ siteId }) => siteId === site.siteId)?.reserves ?? [];
}

/** What sites do that cannot, or do not, do their share. */
export function cutsOf(unit: UnitState): ReadonlyMap<string, W> {
  const cuts = new Map<string, W>();
  for (const [siteId, { powerW, direction }] of unit.clamped) {
    const shareW = shareOf(unit, siteId);
    if (Math.sign(shareW) === direction && shareW * direction > powerW * direction) cuts.set(siteId, powerW);
  }
  for (const siteId of unit.lost.keys()) cuts.set(siteId, 0 as W);
  return cuts;
}

/** Meters and rounding: less than this is no clamp. */
const CLAMP_TOLERANCE = 0.01;

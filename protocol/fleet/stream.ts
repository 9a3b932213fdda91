import type { UtcMs } from "../units/index.ts";
import type { DeskDocument } from "./desk-documents.ts";
import type { AlarmDocument, FLEET_VERSION, MarketDocument, SiteDocument, SummaryDocument } from "./documents.ts";

/** Everything there is to show, at one moment. */
export interface FleetSnapshot {
  readonly version: typeof FLEET_VERSION;
  /** Counts up by one with every delta. A reader that misses a number asks for a new snapshot. */
  readonly sequence: number;
  readonly atMs: UtcMs;
  readonly summary: SummaryDocument;
  /** Worst first. */
  readonly sites: readonly SiteDocument[];
  readonly markets: readonly MarketDocument[];
  readonly alarms: readonly AlarmDocument[];
  /** Absent where nobody trades. */
  readonly desk?: DeskDocument;
}

/** What changed since `sequence - 1`: whole documents, each replacing the one of the same id. */
export interface FleetDelta {
  readonly version: typeof FLEET_VERSION;
  readonly sequence: number;
  readonly atMs: UtcMs;
  readonly summary: SummaryDocument;
  readonly sites: readonly SiteDocument[];
  readonly markets: readonly MarketDocument[];
  /** The whole list when it changed. */
  readonly alarms?: readonly AlarmDocument[];
  /** The whole desk when it changed. */
  readonly desk?: DeskDocument;
}

/** Undefined when a delta was missed and a snapshot must be fetched. */
export function applyDelta(snapshot: FleetSnapshot, delta: FleetDelta): FleetSnapshot | undefined {
  if (delta.sequence !== snapshot.sequence + 1) return undefined;
  return {
    ...snapshot,
    sequence: delta.sequence,
    atMs: delta.atMs,
    summary: delta.summary,
    sites: replace(snapshot.sites, delta.sites, (site) => site.siteId),
    markets: replace(snapshot.markets, delta.markets, (market) => market.marketId),
    alarms: delta.alarms ?? snapshot.alarms,
    ...(delta.desk !== undefined && { desk: delta.desk }),
  };
}

function replace<T>(held: readonly T[], changed: readonly T[], idOf: (item: T) => string): readonly T[] {
  if (changed.length === 0) return held;
  const byId = new Map(changed.map((item) => [idOf(item), item]));
  const kept = held.map((item) => {
    const newer = byId.get(idOf(item));
    byId.delete(idOf(item));
    return newer ?? item;
  });
  return [...kept, ...byId.values()];
}

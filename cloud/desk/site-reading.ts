import type { UtcMs, W, Wh } from "@penstock/protocol/units";

/**
 * What a site last said about itself. Sparkplug reports by exception: a value holds until a newer one comes, as
 * long as the site keeps talking, so freshness is the site's (`measuredAtMs`) and not each value's. An absent
 * field was never said, or said to be missing.
 */
export interface SiteReading {
  readonly online: boolean;
  /** Newest live value, wall clock of the site. */
  readonly measuredAtMs?: UtcMs;
  readonly soc?: number;
  readonly capacityWh?: Wh;
  /** Sizes, never negative. */
  readonly powerWMaxCharge?: W;
  readonly powerWMaxDischarge?: W;
  /** Positive out. */
  readonly batteryPowerW?: W;
  readonly gridPowerW?: W;
  /** SHA-256 of its grid-relevant settings. */
  readonly capabilityHash?: string;
}

/** The latest reading of each site; whoever keeps telemetry provides it. */
export type SiteReadings = (siteId: string) => SiteReading;

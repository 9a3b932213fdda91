import type { Currency, Fraction, Hz, Soc, UtcMs, W, Wh } from "../units/index.ts";

/**
 * What the cloud says about the fleet: the same documents over MQTT (`penstock/fleet/…`), over HTTP and in
 * the page. Tolerant readers: ignore fields you do not know; `version` changes only when one is taken away.
 */
export const FLEET_VERSION = 1;

/**
 * Worst first. `offline`: nothing heard; `alarm`: an open alarm of its own; `limited`: it does less than it
 * was asked, and says why; `normal`: nothing to do.
 */
export const SITE_STATES = ["offline", "alarm", "limited", "normal"] as const;
export type SiteState = (typeof SITE_STATES)[number];

/** One site now. Powers are positive out. Null is a value never received; how old the rest is, `dataAtMs` says. */
export interface SiteDocument {
  readonly version: typeof FLEET_VERSION;
  readonly siteId: string;
  readonly name: string;
  readonly state: SiteState;
  readonly online: boolean;
  /** When the newest live value was measured, wall clock of the site; null before the first. */
  readonly dataAtMs: UtcMs | null;
  /** When it reached the cloud, wall clock of the cloud. A page tells age by this one. */
  readonly receivedAtMs: UtcMs | null;
  /** Every record measured up to here is in the store; null when a stream has none. */
  readonly completeUpToMs: UtcMs | null;
  readonly gridPowerW: W | null;
  readonly batteryPowerW: W | null;
  /** What was asked of the batteries, and what the site made of it. */
  readonly wishPowerW: W | null;
  readonly targetPowerW: W | null;
  /** The interval all limits left. */
  readonly powerWMin: W | null;
  readonly powerWMax: W | null;
  /** What the market has awarded at present; null without an award. */
  readonly awardPowerW: W | null;
  /** Whose wish it follows: lease, fallback, operator, … */
  readonly source: string | null;
  /** The limits that shaped the target, most binding first. */
  readonly because: readonly string[];
  readonly leaseSequence: number | null;
  readonly soc: Soc | null;
  readonly capacityWh: Wh | null;
  readonly chargeCapabilityW: W | null;
  readonly dischargeCapabilityW: W | null;
  readonly unitsAvailable: number | null;
  readonly unitsTotal: number | null;
  readonly gridFrequencyHz: Hz | null;
  readonly openAlarms: number;
}

/** The fleet in one glance. Sums count only sites that are online, and `sitesOnline` says how many that is. */
export interface SummaryDocument {
  readonly version: typeof FLEET_VERSION;
  readonly atMs: UtcMs;
  readonly sitesTotal: number;
  readonly sitesOnline: number;
  readonly sitesByState: Readonly<Record<SiteState, number>>;
  readonly gridPowerW: W;
  readonly batteryPowerW: W;
  /** What the sites with an award were told to deliver, and what just those sites deliver. */
  readonly awardPowerW: W | null;
  readonly awardedBatteryPowerW: W | null;
  readonly energyWh: Wh;
  readonly capacityWh: Wh;
  readonly unitsAvailable: number;
  readonly unitsTotal: number;
  readonly openAlarms: Readonly<Record<AlarmPriority, number>>;
  /** Age of the stalest online site's data, null with none online. */
  readonly dataAgeMsMax: number | null;
  readonly records: RecordCounts;
}

/** The promise of the wire, counted: nothing lost, nothing twice. */
export interface RecordCounts {
  readonly stored: number;
  readonly redelivered: number;
  /** Numbers known to exist and not yet here. */
  readonly missing: number;
  readonly quarantined: number;
}

/** What a person must do something about. `high` now, `medium` this shift, `low` this week. */
export const ALARM_PRIORITIES = ["high", "medium", "low"] as const;
export type AlarmPriority = (typeof ALARM_PRIORITIES)[number];

export interface AlarmDocument {
  readonly version: typeof FLEET_VERSION;
  /** The same cause at the same place has the same id. */
  readonly id: string;
  /** Null for what concerns the cloud or a market. */
  readonly siteId: string | null;
  readonly device: string | null;
  readonly code: string;
  readonly priority: AlarmPriority;
  readonly text: string;
  /** What to do about it; null where only the site's own event is known. */
  readonly action: string | null;
  readonly sinceMs: UtcMs;
  /** How often it was raised while open. */
  readonly count: number;
  /** Alarms that this one explains and that are therefore not listed. */
  readonly hides: number;
}

/** One step of a bid. Volume is positive for selling, negative for buying, and a size for a reserve. */
export interface BidStepDocument {
  /** A reserve; energy when absent. */
  readonly product?: string;
  readonly pricePerMWh: number;
  readonly volumeMW: number;
}

/**
 * `built` waits at its gate; `withheld`: what would have been bid had its gate not been shut; `void`: a newer one
 * stands in its place; `refused` broke a rule of ours or of the market, or a person said no; `lapsed`: its gate closed
 * before anyone let it out; `cleared` has its award.
 */
export const BID_STATES = [
  "built",
  "withheld",
  "void",
  "refused",
  "submitted",
  "accepted",
  "cleared",
  "lapsed",
] as const;
export type BidState = (typeof BID_STATES)[number];

/** One unit's bid for one interval. */
export interface BidDocument {
  readonly version: typeof FLEET_VERSION;
  readonly marketId: string;
  readonly unitId: string;
  /** `reserves` for what is kept ready; energy when absent. */
  readonly product?: string;
  readonly siteIds: readonly string[];
  readonly intervalStartMs: UtcMs;
  readonly intervalEndMs: UtcMs;
  readonly bidVersion: number;
  readonly decidedAtMs: UtcMs;
  readonly state: BidState;
  /** Whether it may leave by itself: `off`, `manual`, `approve` or `auto`. */
  readonly gate: string;
  /** The bands with volume, cheapest first. */
  readonly steps: readonly BidStepDocument[];
  readonly because: string;
  /** Rules it broke, when refused. */
  readonly refusals: readonly string[];
  readonly awardPowerW: W | null;
  readonly clearedPricePerMWh: number | null;
  /** Of a bid of reserves: what is to be kept ready; null while it is not known. */
  readonly enabled?: readonly EnabledReserveDocument[] | null;
}

export interface EnabledReserveDocument {
  readonly product: string;
  /** A size. */
  readonly enabledW: W;
  /** Money per MW and hour. */
  readonly pricePerMWh: number;
}

export interface PricePoint {
  readonly startMs: UtcMs;
  readonly pricePerMWh: number;
}

/** One market now. All instants are market time, which may run faster than the wall clock. */
export interface MarketDocument {
  readonly version: typeof FLEET_VERSION;
  readonly marketId: string;
  readonly region: string;
  readonly currency: Currency;
  readonly marketTimeMs: UtcMs;
  /** Seconds of market time for each second of wall clock. */
  readonly marketSpeed: number;
  readonly intervalStartMs: UtcMs;
  readonly intervalEndMs: UtcMs;
  readonly pricePerMWh: number;
  /** True when no market ever cleared at these prices. Show it wherever the price is shown. */
  readonly pricesGenerated: boolean;
  readonly pricesSource: string;
  /** Oldest first, the current interval last. */
  readonly recentPrices: readonly PricePoint[];
  /** Current and coming intervals, soonest first, units in order. */
  readonly bids: readonly BidDocument[];
  readonly profit: ProfitDocument | null;
}

/** Money since the start of the run. Received is positive. */
export interface ProfitDocument {
  readonly currency: Currency;
  readonly sinceMs: UtcMs | null;
  readonly settledUntilMs: UtcMs | null;
  /** Unit intervals settled, and cleared ones that still wait for a meter. */
  readonly intervals: number;
  readonly waiting: number;
  readonly revenue: number;
  /** Of reserves kept ready, beside it. */
  readonly reserveRevenue?: number;
  /** Wear. */
  readonly cost: number;
  /** The most that could have been received over the same intervals knowing every price, and kept after wear. */
  readonly perfectForesightRevenue: number;
  readonly perfectForesightProfit: number;
  /** revenue / perfect foresight; null where there was nothing to earn. */
  readonly share: Fraction | null;
  /** Throughput: charging and discharging both count. */
  readonly dispatchedMWh: number;
  readonly meteredMWh: number;
}

/** Recent live values of one site, for a chart: columns of equal length, oldest first. */
export interface SiteHistoryDocument {
  readonly version: typeof FLEET_VERSION;
  readonly siteId: string;
  readonly timeMs: readonly number[];
  readonly gridPowerW: readonly (number | null)[];
  readonly batteryPowerW: readonly (number | null)[];
  readonly targetPowerW: readonly (number | null)[];
  readonly soc: readonly (number | null)[];
}

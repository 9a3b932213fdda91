import type { SigningKey } from "@penstock/protocol/lease";
import type { Ms, UtcMs, W, Wh, WPerS } from "@penstock/protocol/units";
import type { MarketUnit } from "../markets/market.ts";

/** What the aggregator knows before the first message. Ports, files and passwords are the process's: {@link ProcessConfig}. */
export interface CloudConfig {
  readonly sites: readonly SiteEntry[];
  readonly units: readonly UnitEntry[];
  readonly market: {
    /** A market on the shelf in cloud/markets. */
    readonly id: string;
    /** Market time runs this many times faster than the wall clock; 1 in production. */
    readonly speed: number;
    /** Market time at the very first start. Absent: right after the part of the series that is history. */
    readonly startMs?: UtcMs;
  };
  /** Within each other or apart; they hold within a unit. None when absent. */
  readonly locationalLimits?: readonly LocationalLimit[];
  /** By name, from their shelves. */
  readonly strategy: string;
  readonly forecaster: string;
  readonly desk: DeskSettings;
  readonly dispatch: DispatchSettings;
  /** Between two counter readings an interval's edge may be interpolated; further apart the interval waits. */
  readonly counterGapMsMax: Ms;
}

/** A site as the aggregator trades it. Powers and energies are sizes at the point that is settled. */
export interface SiteEntry {
  readonly siteId: string;
  readonly groupId: string;
  readonly nodeId: string;
  readonly capacityWh: Wh;
  readonly powerWMaxCharge: W;
  readonly powerWMaxDischarge: W;
  readonly socMin: number;
  readonly socMax: number;
  readonly efficiencyOneWay: number;
  /** Wear, money per MWh discharged. */
  readonly costPerMWh: number;
  /** What the market pays for: `grid` is exported less imported at the meter, `storage` discharged less charged of the units. */
  readonly settlementSource: SettlementSource;
  /** SHA-256 of the grid-relevant settings its bids may rest on; absent: the first the site ever tells. */
  readonly capabilityHash?: string;
  /** Its leases name the services to keep ready, which the site holds `armedBy: lease`. Sites of earlier versions refuse such leases. */
  readonly armsServices?: boolean;
}

export type SettlementSource = "grid" | "storage";

/** What a group of sites may do together: a shared feeder, a node, a region. Positive out. */
export interface LocationalLimit {
  readonly name: string;
  readonly siteIds: readonly string[];
  readonly powerWMin: W;
  readonly powerWMax: W;
}

export interface UnitEntry {
  readonly unit: MarketUnit;
  readonly gate: GateMode;
  /** Reserves it is registered for; absent: it sells energy alone. */
  readonly reserves?: ReserveEntry;
}

export interface ReserveEntry {
  readonly gate: GateMode;
  readonly products: readonly RegisteredReserve[];
}

/** What the operator has registered a unit for. */
export interface RegisteredReserve {
  /** As the market names it: `RAISE6SEC`. */
  readonly product: string;
  readonly registeredW: W;
  /** The least to be paid for being ready, money per MW and hour. */
  readonly pricePerMWh: number;
}

/**
 * What leaves the house. The algorithm always runs and what it would have bid is always written down; `off`: nothing
 * leaves, `manual`: only people's bids do, `approve`: the algorithm's when a person says so in time, `auto`: by itself.
 */
export type GateMode = "off" | "manual" | "approve" | "auto";
/** The most shut first. */
export const gateModes = ["off", "manual", "approve", "auto"] as const satisfies readonly GateMode[];

export interface DeskSettings {
  /** A site whose state of charge is older than this is not bid. Wall time. */
  readonly telemetryAgeMsMax: Ms;
  /** How long before the gate closes the algorithm decides. Market time. */
  readonly decideBeforeGateMs: Ms;
  /** The same for units whose gate is `approve`: a person needs longer. Market time. */
  readonly decideBeforeApprovalMs: Ms;
  /** How far ahead the forecast looks. Market time. */
  readonly horizonMs: Ms;
  /** A bid beyond it needs two people; absent: none does. */
  readonly band?: TwoPersonBand;
  /** What becomes of the leases of the algorithm's awards when the kill switch is pulled. */
  readonly onKill: KilledLeases;
}

/** What one person may answer for. */
export interface TwoPersonBand {
  readonly pricePerMWhMin: number;
  readonly pricePerMWhMax: number;
  /** Size of what is offered in either direction, MW. */
  readonly offeredMWMax: number;
}

/** `run-out`: none is renewed, each ends by itself; `to-zero`: one of 0 W is sent at once, at the fleet's own pace. */
export type KilledLeases = "run-out" | "to-zero";
export const killedLeases = ["run-out", "to-zero"] as const satisfies readonly KilledLeases[];

export interface DispatchSettings {
  readonly issuer: string;
  readonly signingKey: SigningKey;
  /** 0 to 9, 9 the most pressing. */
  readonly priority: number;
  /** The blast radius: all leases together never ask for a faster change than this. */
  readonly fleetRampWPerS: WPerS;
  /** A site that has not answered a lease after this long counts as lost, and others take over its share. */
  readonly ackTimeoutMs: Ms;
}

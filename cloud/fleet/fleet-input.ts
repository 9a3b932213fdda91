import type {
  BidState,
  BidStepDocument,
  DeskDocument,
  EnabledReserveDocument,
  ProfitDocument,
} from "@penstock/protocol/fleet";
import type { CodedError } from "@penstock/protocol/result";
import type { Currency, Ms, UtcMs, W } from "@penstock/protocol/units";
import type { IngestEvent } from "../ingest/index.ts";
import type { StoredCounts } from "../store/index.ts";

/** What the fleet view is told, by ingest and by the desk. Each call replaces what was said before on its subject. */
export interface FleetInput {
  /** Everything ingest says, as it says it. */
  ingested(event: IngestEvent): void;
  /** What is on disk and what is missing. */
  counted(counts: StoredCounts): void;
  /** How far the records of a site are complete. */
  completeUpTo(siteId: string, instantMs: UtcMs | null): void;
  market(tick: MarketTick): void;
  /** A bid as it is now; the same unit and interval again replaces it, and a lower version is ignored. */
  bid(update: BidUpdate): void;
  /** What the market made of the bid that stands for a unit and interval. */
  cleared(outcome: BidOutcome): void;
  /** What a site is to deliver now; null when it has no award. */
  target(siteId: string, powerW: W | null): void;
  profit(marketId: string, profit: ProfitDocument): void;
  /** What people decide at the desk, as it is now. */
  desk(desk: DeskDocument): void;
  /** A fact somebody should act on. It closes by itself unless it is said again in time. */
  alarm(notice: AlarmNotice): void;
}

export interface MarketTick {
  readonly marketId: string;
  readonly region: string;
  readonly currency: Currency;
  readonly marketTimeMs: UtcMs;
  readonly marketSpeed: number;
  readonly intervalStartMs: UtcMs;
  readonly intervalEndMs: UtcMs;
  readonly pricePerMWh: number;
  readonly pricesGenerated: boolean;
  readonly pricesSource: string;
}

export interface BidUpdate {
  readonly marketId: string;
  readonly unitId: string;
  /** Absent for energy. */
  readonly product?: string;
  readonly siteIds: readonly string[];
  readonly intervalStartMs: UtcMs;
  readonly intervalEndMs: UtcMs;
  readonly bidVersion: number;
  readonly decidedAtMs: UtcMs;
  readonly state: BidState;
  readonly gate: string;
  readonly steps: readonly BidStepDocument[];
  readonly because: string;
  readonly refusals: readonly string[];
}

export interface BidOutcome {
  readonly marketId: string;
  readonly unitId: string;
  readonly intervalStartMs: UtcMs;
  readonly awardPowerW: W;
  readonly pricePerMWh: number;
  /** Absent where the unit offers no reserves. */
  readonly enabled?: readonly EnabledReserveDocument[] | null;
}

export interface AlarmNotice {
  readonly error: CodedError;
  readonly text: string;
  readonly siteId?: string;
  /** Tells alarms of one code apart: a unit, a stream. */
  readonly subject?: string;
  /** How long it stands without being said again. */
  readonly standsMs: Ms;
}

import type { Clock } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import type { CloudConfig } from "../config/cloud-config.ts";
import type { Forecaster } from "../forecast/forecaster.ts";
import type { Market } from "../markets/market.ts";
import type { PriceHistory } from "../prices/index.ts";
import type { Strategy } from "../strategies/strategy.ts";
import type { BidRecord } from "./bid-record.ts";
import type { Journal } from "./journal.ts";
import type { MarketClock } from "./market-clock.ts";
import type { DispatchResults, MarketOperator } from "./market-operator.ts";
import type { SiteReadings } from "./site-reading.ts";

/** All a desk has of the world. */
export interface DeskPorts {
  readonly clock: Clock;
  readonly marketClock: MarketClock;
  readonly config: CloudConfig;
  readonly market: Market;
  readonly strategy: Strategy;
  readonly forecaster: Forecaster;
  readonly operator: MarketOperator;
  readonly journal: Journal;
  readonly readings: SiteReadings;
  /** Prices as known now. The desk has no other door to a price. */
  readonly history: () => PriceHistory;
  readonly onEvent: (event: DeskEvent) => void;
}

export type DeskEvent =
  /** A bid came to be or changed its state. */
  | { readonly type: "bid"; readonly record: BidRecord; readonly isNew: boolean }
  /** An interval was cleared. `standing` are the bids it was cleared on, by unit. */
  | {
      readonly type: "results";
      readonly results: DispatchResults;
      readonly standing: ReadonlyMap<string, BidRecord>;
      /** The same for what is kept ready. */
      readonly standingReserves: ReadonlyMap<string, BidRecord>;
    }
  /** The kill switch was pulled: what the algorithm's awards have running is to come to rest. */
  | { readonly type: "killed" }
  | { readonly type: "alarm"; readonly alarm: DeskAlarm };

export interface DeskAlarm {
  readonly code: string;
  readonly text: string;
  readonly unitId?: string;
  readonly intervalStartMs: UtcMs;
}

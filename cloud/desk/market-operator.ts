import type { CodedError, Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Currency, UtcMs } from "@penstock/protocol/units";
import type { Award, Violation } from "../markets/market.ts";
import type { ReserveAward } from "../markets/reserve-market.ts";

/**
 * The only door to a market: a connector a market, or the simulated one beside this file. Answers come by
 * callback, at once or later; an operator that cannot be reached answers with a refusal and is never waited for.
 */
export interface MarketOperator {
  submit(bidFile: string, done: (answer: Result<SubmissionReceipt, SubmissionRefusal>) => void): void;
  /** What the dispatch run decided. Refused with `operator.not-cleared` until it has run. */
  results(interval: Interval, done: (answer: Result<DispatchResults, CodedError>) => void): void;
  /** What reserves sold ahead for a block cleared, where there are such. `operator.not-cleared` until they have. */
  reserveResults?(block: Interval, done: (answer: Result<ReserveResults, CodedError>) => void): void;
}

/** Of an auction of reserves ahead of energy. */
export interface ReserveResults {
  readonly block: Interval;
  readonly awards: readonly ReserveAward[];
  /** Money per MW and hour, by product. */
  readonly prices: Readonly<Record<string, number>>;
}

export interface SubmissionReceipt {
  readonly receivedAtMs: UtcMs;
  readonly bids: number;
}

export interface SubmissionRefusal extends CodedError {
  readonly code:
    | "operator.rules"
    | "operator.file"
    | "operator.unknown-unit"
    | "operator.gate-closed"
    | "operator.key-reused"
    | "operator.unreachable";
  readonly violations: readonly Violation[];
}

export interface DispatchResults {
  readonly interval: Interval;
  /** The reference price it cleared at, money per MWh. */
  readonly pricePerMWh: number;
  readonly currency: Currency;
  /** One a registered unit, 0 W for a unit without a bid. */
  readonly awards: readonly Award[];
  /** What units are to keep ready; absent or empty where nothing was enabled. */
  readonly reserves?: readonly ReserveAward[];
  /** What reserves cleared at, money per MW and hour by product; absent where the operator tells none. */
  readonly reservePrices?: Readonly<Record<string, number>>;
}

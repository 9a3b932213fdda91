import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { Award, Bid, Market, MarketUnit, Violation } from "../markets/market.ts";
import { clearedPrice, type PriceSeries } from "../prices/index.ts";
import type { DispatchResults, MarketOperator, SubmissionReceipt, SubmissionRefusal } from "./market-operator.ts";

export interface SimulatedOperatorOptions {
  readonly market: Market;
  readonly units: readonly MarketUnit[];
  readonly series: PriceSeries;
  /** Market time. */
  readonly nowMs: () => UtcMs;
  /** What the operator measures at the unit, positive out; undefined when it sees nothing. */
  readonly measuredW: (unitId: string) => W | undefined;
}

/**
 * A market operator with a price series for a market: units are price takers. It trusts nobody: every file is read
 * back and judged by the rulebook again, late ones are refused, and the highest valid version of each unit and
 * interval is dispatched once the price of the interval is known.
 */
export class SimulatedOperator implements MarketOperator {
  readonly #options: SimulatedOperatorOptions;
  readonly #units: ReadonlyMap<string, MarketUnit>;
  /** By unit and interval start. */
  readonly #bids = new Map<string, Bid>();
  readonly #results = new Map<UtcMs, DispatchResults>();

  constructor(options: SimulatedOperatorOptions) {
    this.#options = options;
    this.#units = new Map(options.units.map((unit) => [unit.id, unit]));
  }

  submit(bidFile: string, done: (answer: Result<SubmissionReceipt, SubmissionRefusal>) => void): void {
    done(this.#take(bidFile, true));
  }

  results(interval: Interval, done: (answer: Result<DispatchResults, CodedError>) => void): void {
    done(this.#cleared(interval));
  }

  /** Files it had accepted before it was restarted. An operator of its own process has no need of this. */
  restore(bidFiles: readonly string[]): void {
    for (const file of bidFiles) this.#take(file, false);
  }

  #take(bidFile: string, isGateWatched: boolean): Result<SubmissionReceipt, SubmissionRefusal> {
    const { market } = this.#options;
    const nowMs = this.#options.nowMs();
    const parsed = market.parseBids(bidFile);
    if (!parsed.ok) return refuse("operator.file", [], { cause: parsed.error });
    const violations: Violation[] = [];
    for (const bid of parsed.value) {
      const unit = this.#units.get(bid.unitId);
      if (unit === undefined) return refuse("operator.unknown-unit", [], { unitId: bid.unitId });
      if (isGateWatched && nowMs > market.gateClosureMs(bid.interval)) {
        return refuse("operator.gate-closed", [], { intervalStartMs: bid.interval.startMs, nowMs });
      }
      violations.push(...market.validate(bid, unit));
      if (bid.versionNumber <= (this.#bids.get(keyOf(bid.unitId, bid.interval))?.versionNumber ?? 0)) {
        violations.push({ rule: "operator.version", where: "version", message: "a newer bid is already held" });
      }
    }
    if (violations.length > 0) return refuse("operator.rules", violations);
    for (const bid of parsed.value) this.#bids.set(keyOf(bid.unitId, bid.interval), bid);
    return ok({ receivedAtMs: nowMs, bids: parsed.value.length });
  }

  #cleared(interval: Interval): Result<DispatchResults, CodedError> {
    const { market, series } = this.#options;
    const held = this.#results.get(interval.startMs);
    if (held !== undefined) return ok(held);
    const knownAtMs = interval.startMs + series.knownAfterStartMs;
    if (this.#options.nowMs() < knownAtMs) return fail({ code: "operator.not-cleared", knownAtMs });
    const price = clearedPrice(series, interval.startMs);
    if (!price.ok) return price;
    const results: DispatchResults = {
      interval,
      pricePerMWh: price.value,
      currency: market.currency,
      awards: this.#options.units.map((unit) => this.#award(unit, interval, price.value)),
    };
    this.#results.set(interval.startMs, results);
    this.#forgetBefore((interval.startMs - FORGET_AFTER_INTERVALS * market.intervalMs) as UtcMs);
    return ok(results);
  }

  #award(unit: MarketUnit, interval: Interval, pricePerMWh: number): Award {
    const bid = this.#bids.get(keyOf(unit.id, interval));
    const { market, measuredW } = this.#options;
    if (bid === undefined) {
      const targetW = 0 as W;
      return { marketId: market.id, unitId: unit.id, interval, targetW, pricePerMWh, rampLimited: false };
    }
    const { lossFactor, rampMWPerMin } = unit;
    return market.clear(bid, pricePerMWh, { initialW: measuredW(unit.id) ?? (0 as W), lossFactor, rampMWPerMin });
  }

  #forgetBefore(startMs: UtcMs): void {
    for (const key of this.#results.keys()) if (key < startMs) this.#results.delete(key);
    for (const [key, bid] of this.#bids) if (bid.interval.startMs < startMs) this.#bids.delete(key);
  }
}

/** Results are asked for within their interval, or once more after a restart. */
const FORGET_AFTER_INTERVALS = 12;

const keyOf = (unitId: string, interval: Interval): string => `${unitId} ${interval.startMs}`;

const refuse = (
  code: SubmissionRefusal["code"],
  violations: readonly Violation[],
  facts: object = {},
): Result<SubmissionReceipt, SubmissionRefusal> => fail({ ...facts, code, violations });

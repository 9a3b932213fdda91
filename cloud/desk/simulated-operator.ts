import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs, W } from "@penstock/protocol/units";
import type { Award, Bid, Market, MarketUnit, Violation } from "../markets/market.ts";
import type { JointAward, ReserveAuction, UnitTelemetry } from "../markets/reserve-market.ts";
import { clearedPrice, type PriceSeries, type ReservePrices } from "../prices/index.ts";
import { energyProduct, reserveProduct } from "./gate-book.ts";
import type {
  DispatchResults,
  MarketOperator,
  ReserveResults,
  SubmissionReceipt,
  SubmissionRefusal,
} from "./market-operator.ts";
import { gateClosureOf } from "./product-door.ts";

export interface SimulatedOperatorOptions {
  readonly market: Market;
  readonly units: readonly MarketUnit[];
  readonly series: PriceSeries;
  /** What reserves clear at; without them none is enabled. */
  readonly reservePrices?: ReservePrices;
  /** Market time. */
  readonly nowMs: () => UtcMs;
  /** What the operator measures at the unit, positive out; undefined when it sees nothing. */
  readonly measuredW: (unitId: string) => W | undefined;
  /** What a unit telemeters of its limits and its energy; markets that count on it enable nothing without. */
  readonly telemetry?: (unitId: string) => UnitTelemetry | undefined;
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
  readonly #reserveOffers = new Map<string, Bid>();
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

  reserveResults(block: Interval, done: (answer: Result<ReserveResults, CodedError>) => void): void {
    const { ahead } = this.#options.market.reserves ?? {};
    done(ahead === undefined ? fail({ code: "operator.no-such-auction" }) : this.#sold(block, ahead));
  }

  #sold(block: Interval, auction: ReserveAuction): Result<ReserveResults, CodedError> {
    const knownAtMs = auction.resultsMs(block);
    if (this.#options.nowMs() < knownAtMs) return fail({ code: "operator.not-cleared", knownAtMs });
    const prices = this.#reservePrices(block);
    const awards = this.#options.units.flatMap((unit) => {
      const offer = this.#reserveOffers.get(keyOf(unit.id, block));
      return offer === undefined ? [] : auction.clear(offer, prices);
    });
    return ok({ block, awards, prices });
  }

  /** Files it had accepted before it was restarted. An operator of its own process has no need of this. */
  restore(bidFiles: readonly string[]): void {
    for (const file of bidFiles) this.#take(file, false);
  }

  #take(bidFile: string, isGateWatched: boolean): Result<SubmissionReceipt, SubmissionRefusal> {
    const { market } = this.#options;
    const nowMs = this.#options.nowMs();
    const read = this.#read(bidFile);
    if (!read.ok) return refuse("operator.file", [], { cause: read.error });
    const { bids, held, product, validate } = read.value;
    const violations: Violation[] = [];
    for (const bid of bids) {
      const unit = this.#units.get(bid.unitId);
      if (unit === undefined) return refuse("operator.unknown-unit", [], { unitId: bid.unitId });
      if (isGateWatched && nowMs > gateClosureOf(market, bid.interval, product)) {
        return refuse("operator.gate-closed", [], { intervalStartMs: bid.interval.startMs, nowMs });
      }
      violations.push(...validate(bid, unit));
      if (bid.versionNumber <= (held.get(keyOf(bid.unitId, bid.interval))?.versionNumber ?? 0)) {
        violations.push({ rule: "operator.version", where: "version", message: "a newer bid is already held" });
      }
    }
    if (violations.length > 0) return refuse("operator.rules", violations);
    for (const bid of bids) held.set(keyOf(bid.unitId, bid.interval), bid);
    return ok({ receivedAtMs: nowMs, bids: bids.length });
  }

  /** A file says what it is about: one of energy is no file of reserves, and the other way round. */
  #read(bidFile: string): Result<FileRead, CodedError> {
    const { market } = this.#options;
    const energy = market.parseBids(bidFile);
    if (energy.ok) {
      const validate: FileRead["validate"] = (bid, unit) => market.validate(bid, unit);
      return ok({ bids: energy.value, held: this.#bids, product: energyProduct, validate });
    }
    const { reserves } = market;
    const offers = reserves?.parse(bidFile);
    if (reserves === undefined || offers?.ok !== true) return energy;
    const validate: FileRead["validate"] = (offer, unit) => reserves.validate(offer, unit);
    return ok({ bids: offers.value, held: this.#reserveOffers, product: reserveProduct, validate });
  }

  #cleared(interval: Interval): Result<DispatchResults, CodedError> {
    const { market, series } = this.#options;
    const held = this.#results.get(interval.startMs);
    if (held !== undefined) return ok(held);
    const knownAtMs = interval.startMs + series.knownAfterStartMs;
    if (this.#options.nowMs() < knownAtMs) return fail({ code: "operator.not-cleared", knownAtMs });
    const price = clearedPrice(series, interval.startMs);
    if (!price.ok) return price;
    const reservePrices = market.reserves?.ahead === undefined ? this.#reservePrices(interval) : {};
    const joint = this.#options.units.map((unit) => this.#award(unit, interval, price.value, reservePrices));
    const results: DispatchResults = {
      interval,
      pricePerMWh: price.value,
      currency: market.currency,
      awards: joint.map(({ energy }) => energy),
      reserves: joint.flatMap(({ reserves }) => reserves),
      reservePrices,
    };
    this.#results.set(interval.startMs, results);
    this.#forgetBefore((interval.startMs - FORGET_AFTER_INTERVALS * market.intervalMs) as UtcMs);
    return ok(results);
  }

  #award(
    unit: MarketUnit,
    interval: Interval,
    pricePerMWh: number,
    reservePrices: Readonly<Record<string, number>>,
  ): JointAward {
    const energy = this.#bids.get(keyOf(unit.id, interval));
    const offer = this.#reserveOffers.get(keyOf(unit.id, interval));
    const { market, measuredW } = this.#options;
    const { lossFactor, rampMWPerMin } = unit;
    const plant = { initialW: measuredW(unit.id) ?? (0 as W), lossFactor, rampMWPerMin };
    if (offer !== undefined && market.reserves?.ahead === undefined && market.reserves !== undefined) {
      const telemetry = this.#options.telemetry?.(unit.id);
      const known = telemetry === undefined ? {} : { telemetry };
      return market.reserves.clear({ unit, energy, offer, pricePerMWh, reservePrices, plant, ...known });
    }
    if (energy !== undefined) return { energy: market.clear(energy, pricePerMWh, plant), reserves: [] };
    const nothing: Award = {
      ...{ marketId: market.id, unitId: unit.id, interval, pricePerMWh },
      targetW: 0 as W,
      rampLimited: false,
    };
    return { energy: nothing, reserves: [] };
  }

  #reservePrices(interval: Interval): Readonly<Record<string, number>> {
    const { market, reservePrices } = this.#options;
    const products = market.reserves?.productsAt(interval.startMs) ?? [];
    return Object.fromEntries(
      products.flatMap(({ name }) => {
        const price = reservePrices?.at(name, interval.startMs);
        return price === undefined ? [] : [[name, price]];
      }),
    );
  }

  #forgetBefore(startMs: UtcMs): void {
    for (const key of this.#results.keys()) if (key < startMs) this.#results.delete(key);
    for (const held of [this.#bids, this.#reserveOffers]) {
      for (const [key, bid] of held) if (bid.interval.endMs < startMs) held.delete(key);
    }
  }
}

interface FileRead {
  readonly bids: readonly Bid[];
  readonly held: Map<string, Bid>;
  readonly product: string;
  readonly validate: (bid: Bid, unit: MarketUnit) => readonly Violation[];
}

/** Results are asked for within their interval, or once more after a restart. */
const FORGET_AFTER_INTERVALS = 12;

const keyOf = (unitId: string, interval: Interval): string => `${unitId} ${interval.startMs}`;

const refuse = (
  code: SubmissionRefusal["code"],
  violations: readonly Violation[],
  facts: object = {},
): Result<SubmissionReceipt, SubmissionRefusal> => fail({ ...facts, code, violations });

import type { CodedError, Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs, W, Wh } from "@penstock/protocol/units";
import type { Award, Bid, BidStep, MarketUnit, PlantState, Rebid, SettlementLine, Violation } from "./market.ts";

/** Power kept ready upwards or downwards, paid for being ready. Pure, as the market is; the desk submits. */
interface ReserveTerms<B extends Bid = Bid> {
  /**
   * How energy and reserve share what is stored. `together`: the offer itself holds their sum to one reach, as a
   * trapezium does. `apart`: the energy behind each adds up, and the offer only says how much.
   */
  readonly storedEnergy: "together" | "apart";
  /** True where what bids is one battery, whose state of charge the operator reads. */
  readonly isOneSite: boolean;
  /** What is bought at an instant. */
  productsAt(instantMs: UtcMs): readonly ReserveProduct[];
  /** The offer that comes closest to the wishes; it never holds more than they do. A wish of 0 takes back what stands. */
  buildOffer(request: ReserveRequest): Result<B, CodedError>;
  /** Every rule an offer breaks; empty means the operator would accept it. */
  validate(offer: B, unit: MarketUnit): readonly Violation[];
  /** The operator's file: one unit, one trading day. */
  encode(offers: readonly B[]): string;
  parse(text: string): Result<readonly B[], CodedError>;
  /** For people to look at; every step names its product, volumes are sizes. */
  stackOf(offer: B): readonly BidStep[];
  /** What the operator may make of it at most, whatever clears. */
  reachOf(offer: B): readonly OfferedReserve[];
  settle(award: ReserveAward): SettlementLine;
}

/** Where reserves are bought with every interval of energy, and cleared together with it. */
export interface ReserveMarket<B extends Bid = Bid> extends ReserveTerms<B> {
  readonly ahead?: undefined;
  /** What the operator would dispatch and enable together of a price taker. */
  clear(clearing: ReserveClearing<B>): JointAward;
}

/** Where reserves are bought for blocks of hours in an auction of their own, before energy's: offers are of a block. */
export interface AheadReserveMarket<B extends Bid = Bid> extends ReserveTerms<B> {
  readonly ahead: ReserveAuction<B>;
}

export interface ReserveAuction<B extends Bid = Bid> {
  /** The block an instant falls into; it begins and ends with intervals of energy. */
  blockOf(instantMs: UtcMs): Interval;
  gateClosureMs(block: Interval): UtcMs;
  /** When the operator has told what cleared; energy's own gate for the block comes later. */
  resultsMs(block: Interval): UtcMs;
  /** What a price taker is committed to, for the whole block. */
  clear(offer: B, prices: Readonly<Record<string, number>>): readonly ReserveAward[];
}

/** `both`: it must be able to go either way, and is one commitment. */
export type ReserveDirection = "up" | "down" | "both";

export interface ReserveProduct {
  /** The operator's own name: `RAISE6SEC`. */
  readonly name: string;
  /** Upwards is more out of the asset. */
  readonly direction: ReserveDirection;
  /** What sites call the service that gives it, in a lease and in their own files; absent where the operator calls it. */
  readonly service?: string;
  /** How long the energy behind it must last. */
  readonly sustainMs: Ms;
}

export interface ReserveWish {
  readonly product: string;
  /** A size. */
  readonly volumeW: W;
  /** The least to be paid, money per MW and hour. */
  readonly pricePerMWh: number;
}

/**
 * What energy and reserves of a unit together may take up, positive out. Energy alone lies within
 * `powerWMin..powerWMax`; energy and an upward reserve stay at or below `upWMax`, energy less a downward one at or
 * above `downWMin`.
 */
export interface Reach {
  readonly powerWMin: W;
  readonly powerWMax: W;
  readonly upWMax: W;
  readonly downWMin: W;
}

/** How much of a product is offered, and how far energy and it together may be dispatched: up to or down to `reachW`. */
export interface OfferedReserve {
  readonly product: string;
  readonly direction: ReserveDirection;
  /** A size. */
  readonly volumeW: W;
  readonly reachW: W;
}

export interface ReserveRequest {
  readonly unit: MarketUnit;
  readonly interval: Interval;
  readonly wishes: readonly ReserveWish[];
  readonly reach: Reach;
  /** By product, where energy and reserve count apart: the most that can be kept ready with no energy asked. A size. */
  readonly keepsW?: Readonly<Record<string, W>>;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly rebid?: Rebid;
}

export interface ReserveClearing<B extends Bid = Bid> {
  readonly unit: MarketUnit;
  /** Absent: nothing stands for energy. */
  readonly energy: Bid | undefined;
  readonly offer: B;
  /** Reference price of energy. */
  readonly pricePerMWh: number;
  /** Money per MW and hour, by product; a product without one did not clear. */
  readonly reservePrices: Readonly<Record<string, number>>;
  readonly plant: PlantState;
  /** Absent where the operator sees nothing: a market that counts on it enables nothing. */
  readonly telemetry?: UnitTelemetry;
}

/** What a unit tells its operator all the time: where it may be dispatched now, positive out, and its energy at the meter. */
export interface UnitTelemetry {
  readonly powerWMin: W;
  readonly powerWMax: W;
  /** Above the lowest and below the highest state of charge. */
  readonly deliverableWh: Wh;
  readonly absorbableWh: Wh;
}

export interface JointAward {
  readonly energy: Award;
  readonly reserves: readonly ReserveAward[];
}

/** Power to keep ready during an interval. */
export interface ReserveAward {
  readonly marketId: string;
  readonly unitId: string;
  readonly interval: Interval;
  readonly product: string;
  readonly direction: ReserveDirection;
  /** A size. */
  readonly enabledW: W;
  /** Money per MW and hour it cleared at. */
  readonly pricePerMWh: number;
}

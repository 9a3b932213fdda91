import type { CodedError, Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Currency, Ms, UtcMs, W } from "@penstock/protocol/units";
import type { PriceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import type { MarketConstants, PriceLevels } from "../strategies/strategy.ts";
import type { AheadReserveMarket, ReserveMarket } from "./reserve-market.ts";
import type { Rulebook } from "./rulebook.ts";

/**
 * A market's rulebook as pure functions over dated rule data. The desk submits; nothing here does. A backtest,
 * the simulated operator and production call these same functions.
 */
export interface Market<B extends Bid = Bid> {
  readonly id: string;
  readonly currency: Currency;
  readonly intervalMs: Ms;
  /** Figures and rules by date, for `fleetctl rules`. */
  readonly rulebook: Rulebook;
  /** What it takes besides energy: reserve offers, plans, baselines. */
  readonly submissions: readonly SubmissionKind[];
  /** Reserves it buys with energy or ahead of it; absent where the desk offers none. */
  readonly reserves?: ReserveMarket | AheadReserveMarket;

  /** The trading day that contains an instant. */
  tradingDay(instantMs: UtcMs): Interval;
  intervalsOf(day: Interval): readonly Interval[];
  /** Until when the price bands of a trading day can be chosen. */
  bandPriceGateMs(day: Interval): UtcMs;
  /** Until when volumes of an interval can be changed. */
  gateClosureMs(interval: Interval): UtcMs;
  /** Caps, ticks and loss factor in force, for a strategy's view. Refused for a date without rules. */
  constantsAt(instantMs: UtcMs, unit: MarketUnit): Result<MarketConstants, CodedError>;

  /** The price bands of a unit for one trading day; none where every bid chooses its own prices. */
  dayBandPrices(request: BandPriceRequest): Result<BandPrices, CodedError>;
  /** The bid that comes closest to a curve; it never holds more volume than the curve. */
  buildBid(request: BidRequest): Result<B, CodedError>;
  /** Every rule a bid breaks; empty means the operator would accept it. */
  validate(bid: B, unit: MarketUnit, context?: ValidationContext): readonly Violation[];

  /** The operator's file. One unit, one trading day, one bid an interval. */
  encodeBids(bids: readonly B[]): string;
  parseBids(text: string): Result<readonly B[], CodedError>;
  /** Price steps of a bid for people to look at, cheapest first; volume is negative for buying. */
  stackOf(bid: B): readonly BidStep[];

  /** What the operator would dispatch at a reference price, the unit being a price taker. */
  clear(bid: B, pricePerMWh: number, plant: PlantState): Award;
  settle(delivery: Delivery): readonly SettlementLine[];
  /** By which rule energy that was awarded and not delivered is charged. */
  readonly shortfall: ShortfallRule;
}

export interface ShortfallRule {
  /** At the interval's own price: what is not delivered is not paid for, or bought back. */
  readonly rule: string;
  /** Where a price of its own is charged, once it is known: `"gb.single-price-imbalance"`. */
  readonly imbalanceRule?: string;
  readonly source: string;
  /** False: general knowledge, to be checked before anyone depends on it. */
  readonly isVerified: boolean;
}

/**
 * Something a market takes besides energy bids, with its own rules and its own file. Pure, as the market is; the
 * desk submits.
 */
export interface SubmissionKind<O extends object = object> {
  /** Market and kind: `"nem.fcas"`. */
  readonly id: string;
  readonly text: string;
  /** Until when it may be sent. */
  gateClosureMs(offer: O): UtcMs;
  /** Every rule it breaks; empty means the operator would accept it. */
  validate(offer: O, unit: MarketUnit): readonly Violation[];
  /** The operator's file. */
  encode(offers: readonly O[]): string;
  parse(text: string): Result<readonly O[], CodedError>;
}

/** What the market knows as one participant: one site, or several that bid together. */
export interface MarketUnit {
  /** The operator's name for it (a DUID in the NEM). */
  readonly id: string;
  readonly region: string;
  readonly siteIds: readonly string[];
  /** Registered sizes, whole MW, never negative. */
  readonly maxCapacityMW: number;
  readonly minLoadMW: number;
  /** Marginal loss factor: revenue is reference price times this. */
  readonly lossFactor: number;
  readonly rampMWPerMin: number;
  readonly storageMWh: number;
}

/** What every market's bid has. The rest is its own. */
export interface Bid {
  readonly marketId: string;
  readonly unitId: string;
  readonly interval: Interval;
  /** Counts up within a unit and trading day; the highest valid one in time is dispatched. */
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
}

export interface BandPriceRequest {
  readonly unit: MarketUnit;
  readonly day: Interval;
  /** From the strategies of the unit's sites. */
  readonly levels: readonly PriceLevels[];
}

/** Ascending, money per MWh at the unit. */
export interface BandPrices {
  readonly sell: readonly number[];
  readonly buy: readonly number[];
}

export interface BidRequest {
  readonly unit: MarketUnit;
  readonly interval: Interval;
  readonly curve: PriceQuantityCurve;
  readonly bandPrices: BandPrices;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  /** Why a bid already made for this interval changes. Absent on the first bid of the day. */
  readonly rebid?: Rebid;
}

export interface Rebid {
  readonly reason: string;
  /** Plant, forecast of the operator, financial, error. */
  readonly category: RebidCategory;
  /** The event happened, we became aware of it, we decided. */
  readonly eventMs: UtcMs;
  readonly awareMs: UtcMs;
  readonly decisionMs: UtcMs;
}

export type RebidCategory = "P" | "A" | "F" | "E";

export interface ValidationContext {
  /** Prices already fixed for the trading day: a later bid may not change them. */
  readonly dayBandPrices?: BandPrices;
}

/** One rule broken, in words a trader understands. */
export interface Violation {
  readonly rule: string;
  readonly message: string;
  /** Which part of the bid: `"GEN band 3"`. */
  readonly where: string;
}

export interface BidStep {
  /** A reserve product; energy when absent. */
  readonly product?: string;
  readonly pricePerMWh: number;
  readonly volumeMW: number;
}

export interface PlantState {
  /** Measured at the start of the interval, positive out. */
  readonly initialW: W;
  readonly lossFactor: number;
  /** As registered with the operator, for markets whose bids do not name a ramp rate. */
  readonly rampMWPerMin?: number;
}

export interface Award {
  readonly marketId: string;
  readonly unitId: string;
  readonly interval: Interval;
  /** What to deliver by the end of the interval, positive out. */
  readonly targetW: W;
  /** Reference price it cleared at. */
  readonly pricePerMWh: number;
  /** True when the price wanted more than the ramp rate allowed. */
  readonly rampLimited: boolean;
}

export interface Delivery {
  readonly award: Award;
  /** Metered over the award's interval, positive out. */
  readonly meteredWh: number;
  readonly pricePerMWh: number;
  readonly lossFactor: number;
}

export interface SettlementLine {
  readonly unitId: string;
  readonly interval: Interval;
  /** `"energy"`, or a service. */
  readonly product: string;
  readonly quantityMWh: number;
  readonly pricePerMWh: number;
  /** Received when positive, paid when negative. */
  readonly amount: number;
  readonly currency: Currency;
  /** The rule the line follows. */
  readonly rule: string;
  /** Of a charge: the document it comes from, and whether it was read there. */
  readonly source?: string;
  readonly isVerified?: boolean;
}

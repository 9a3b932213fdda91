import type { CodedError, Result } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { UtcMs, W, Wh } from "@penstock/protocol/units";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { KeptReserves } from "../optimise/holding-worth.ts";
import type { PriceHistory } from "../prices/price-history.ts";
import type { PriceQuantityCurve } from "./price-quantity-curve.ts";

/** Everything a strategy may look at. It is all as of one moment, before the gate of `interval` closes. */
export interface StrategyView {
  readonly asOfMs: UtcMs;
  /** The interval to bid for. The forecast begins at it or earlier. */
  readonly interval: Interval;
  /** Prices at the market's reference node. */
  readonly forecast: PriceForecast;
  /** Prices as known at `asOfMs`, for those who learn from them; absent where there is no record. */
  readonly history?: PriceHistory;
  readonly sites: readonly SiteCapability[];
  readonly market: MarketConstants;
}

export interface MarketConstants {
  /** Money received at the meter for each unit of the reference price. */
  readonly lossFactor: number;
  /** Smallest difference of two prices, money per MWh. */
  readonly priceTick: number;
  readonly priceFloor: number;
  readonly priceCap: number;
}

/** What a site can do in the interval, as it attests it. */
export interface SiteCapability {
  readonly siteId: string;
  /** False on an outage, or when its state of charge cannot be trusted. Such a site is not bid. */
  readonly available: boolean;
  /** Expected at the START of the interval. */
  readonly soc: number;
  readonly socMin: number;
  readonly socMax: number;
  readonly capacityWh: Wh;
  /** Sizes, never negative, at the meter. */
  readonly powerWMaxCharge: W;
  readonly powerWMaxDischarge: W;
  /** Sizes of what the connection allows; absent means the battery is the limit. */
  readonly importWMax?: W;
  readonly exportWMax?: W;
  /** Of one way: 0.92 each way is 0.846 there and back. */
  readonly efficiencyOneWay: number;
  /** Wear, money per MWh discharged. */
  readonly costPerMWh: number;
  /** Reserves it may be enabled for beside energy, and what they are expected to pay; absent where it sells none. */
  readonly keeps?: KeptReserves;
}

/** A wish of a strategy for one site and one interval. */
export interface Intent {
  readonly siteId: string;
  readonly interval: Interval;
  readonly curve: PriceQuantityCurve;
  /** One sentence for the trader. */
  readonly because: string;
}

/** Prices a strategy expects to act at during a span: from them a market with fixed price bands chooses its bands. */
export interface PriceLevels {
  readonly sellPrices: readonly number[];
  readonly buyPrices: readonly number[];
}

export interface ForecastMissesInterval extends CodedError {
  readonly code: "strategy.forecast-misses-interval";
  readonly intervalStartMs: UtcMs;
  readonly forecastStartMs: UtcMs;
  readonly forecastEndMs: number;
}

/** Pure. */
export interface Strategy {
  readonly name: string;
  /** One intent a site, in the order of the view's sites. */
  decide(view: StrategyView): Result<readonly Intent[], CodedError>;
  /** The prices, as at the meter, it expects to buy and sell at during `span`, which the forecast reaches into. */
  levels(view: StrategyView, span: Interval): Result<PriceLevels, CodedError>;
}

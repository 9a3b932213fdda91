import type { Bid } from "../market.ts";

/**
 * The energy curve of an energy-storage resource: up to ten points of power and price from its low to its high
 * sustained limit, non-decreasing in both. Between two points the price is a straight line; two points at one power
 * make a step. It holds from the bid's settlement interval to the end of the operating hour, unless a newer one comes.
 *
 * Source: EWS transaction schema (ThreePartOffer / EnergyOfferCurve), NPRR1014.
 */
export interface ErcotBid extends Bid {
  readonly points: readonly CurvePoint[];
}

export interface CurvePoint {
  /** Positive out, one decimal. */
  readonly powerMW: number;
  /** USD/MWh, two decimals. */
  readonly pricePerMWh: number;
}

import type { Bid, Rebid } from "../market.ts";

/**
 * An energy bid of a bidirectional unit for one dispatch interval: ten price bands to generate and ten to
 * consume, whole megawatts. Prices are at the unit (its loss factor included) and fixed for the trading day.
 */
export interface NemBid extends Bid {
  /** One a direction. The operator refuses a day with one direction only. */
  readonly sides: readonly NemBidSide[];
  readonly rebid?: Rebid;
}

export type Direction = "GEN" | "LOAD";

/** Volumes are sizes, never negative, whatever the direction. */
export interface NemBidSide {
  readonly direction: Direction;
  readonly bandPrices: readonly number[];
  readonly bandAvailMW: readonly number[];
  readonly maxAvailMW: number;
  readonly rampUpMWPerMin: number;
  readonly rampDownMWPerMin: number;
  /** GEN: least storage to keep; LOAD: most storage to reach. Used by the operator in its look-ahead runs only. */
  readonly energyLimitMWh?: number;
}

export const sideOf = (bid: NemBid, direction: Direction): NemBidSide | undefined =>
  bid.sides.find((side) => side.direction === direction);

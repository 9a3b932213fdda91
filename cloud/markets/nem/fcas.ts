import type { Bid, Rebid } from "../market.ts";
import type { Direction } from "./bid.ts";

/**
 * A frequency-control ancillary service offer of a bidirectional unit for one dispatch interval. Ten prices fixed for
 * the day, ten volumes, and the trapezium that says how much of the service goes with how much energy.
 *
 * Contingency services have one offer a unit, whose trapezium may reach into consumption (negative megawatts);
 * regulation is offered per direction, as energy is. Source: AEMO technical specification June 2024, "FCAS Model in
 * NEMDE"; what of the 2017 text still holds for bidirectional units is unverified.
 */
export interface FcasOffer extends Bid {
  readonly service: FcasService;
  /** With regulation, and only there. */
  readonly direction?: Direction;
  readonly bandPrices: readonly number[];
  readonly bandAvailMW: readonly number[];
  readonly maxAvailMW: number;
  readonly trapezium: Trapezium;
  readonly rebid?: Rebid;
}

/** Energy, MW positive out, ascending: nothing outside the enablement limits, all of it between the breakpoints. */
export interface Trapezium {
  readonly enablementMinMW: number;
  readonly lowBreakpointMW: number;
  readonly highBreakpointMW: number;
  readonly enablementMaxMW: number;
}

export const fcasServices = [
  "RAISE1SEC",
  "RAISE6SEC",
  "RAISE60SEC",
  "RAISE5MIN",
  "RAISEREG",
  "LOWER1SEC",
  "LOWER6SEC",
  "LOWER60SEC",
  "LOWER5MIN",
  "LOWERREG",
] as const;
export type FcasService = (typeof fcasServices)[number];

export const isRegulation = (service: FcasService): boolean => service.endsWith("REG");
export const isRaise = (service: FcasService): boolean => service.startsWith("RAISE");
/** unverified: how long a unit must be able to go on, from the market ancillary service specification. */
export const sustainMinutes = (service: FcasService): number =>
  service.endsWith("5MIN") || isRegulation(service) ? 10 : 1;

/**
 * Quantities carry their unit in their type. Inside Penstock everything is SI: watts, watt-hours, vars,
 * volts, hertz, seconds only where a standard says so; instants and durations are milliseconds.
 *
 * The sign, stated once: **positive is out**. Power leaving an asset towards the grid is positive
 * (discharge, generation, export); selling is positive; money received is positive.
 */
declare const unit: unique symbol;
type Quantity<U extends string> = number & { readonly [unit]: U };

export type W = Quantity<"W">;
export type Wh = Quantity<"Wh">;
export type Var = Quantity<"var">;
export type VA = Quantity<"VA">;
export type V = Quantity<"V">;
export type Hz = Quantity<"Hz">;
export type Celsius = Quantity<"degC">;
/** Watts per second. Always positive: a ramp has a size; its direction comes from where it goes. */
export type WPerS = Quantity<"W/s">;
/** State of charge as a fraction, 0 empty to 1 full. */
export type Soc = Quantity<"soc">;
/** A fraction, 0..1. */
export type Fraction = Quantity<"fraction">;
/** A duration in milliseconds. */
export type Ms = Quantity<"ms">;
/** A wall-clock instant: milliseconds since 1970-01-01T00:00:00Z. It may step. */
export type UtcMs = Quantity<"utc-ms">;
/** An instant on this machine's monotonic clock. It never steps and means nothing elsewhere. */
export type MonotonicMs = Quantity<"monotonic-ms">;

export const W = (value: number): W => value as W;
export const kW = (value: number): W => (value * 1e3) as W;
export const MW = (value: number): W => (value * 1e6) as W;
export const Wh = (value: number): Wh => value as Wh;
export const kWh = (value: number): Wh => (value * 1e3) as Wh;
export const MWh = (value: number): Wh => (value * 1e6) as Wh;
export const Var = (value: number): Var => value as Var;
export const kvar = (value: number): Var => (value * 1e3) as Var;
export const VA = (value: number): VA => value as VA;
export const kVA = (value: number): VA => (value * 1e3) as VA;
export const V = (value: number): V => value as V;
export const kV = (value: number): V => (value * 1e3) as V;
export const Hz = (value: number): Hz => value as Hz;
export const Celsius = (value: number): Celsius => value as Celsius;
export const WPerS = (value: number): WPerS => value as WPerS;
export const kWPerS = (value: number): WPerS => (value * 1e3) as WPerS;
export const Soc = (value: number): Soc => value as Soc;
export const Fraction = (value: number): Fraction => value as Fraction;
export const Ms = (value: number): Ms => value as Ms;
export const seconds = (value: number): Ms => (value * 1e3) as Ms;
export const minutes = (value: number): Ms => (value * 60e3) as Ms;
export const hours = (value: number): Ms => (value * 3600e3) as Ms;
export const days = (value: number): Ms => (value * 86400e3) as Ms;
export const UtcMs = (value: number): UtcMs => value as UtcMs;
export const MonotonicMs = (value: number): MonotonicMs => value as MonotonicMs;

/** Energy moved by a constant power over a duration. */
export const energyWh = (powerW: number, durationMs: number): Wh => ((powerW * durationMs) / 3600e3) as Wh;

/** Restricts a value to `[min, max]`. NaN stays NaN: an unknown is not a limit. */
export const clamp = (value: number, min: number, max: number): number =>
  value < min ? min : value > max ? max : value;

/** Money in the smallest unit is not used: amounts are decimal and carry their currency beside them. */
export type Currency = "AUD" | "USD" | "EUR" | "GBP";

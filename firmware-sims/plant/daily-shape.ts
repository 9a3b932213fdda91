import type { Rng } from "@penstock/protocol/rng";
import { createWander, stepWander, type Wander } from "./wander.ts";

/** A power that follows the hours of the day and wanders around them: a site's load, its solar. Never negative. */
export interface DailyPower {
  readonly shape: DailyShape;
  readonly powerWMax: number;
  readonly wander: Wander;
  powerW: number;
}

/** 24 fractions of the peak, one for each hour of the local day, read with straight lines in between. */
export type DailyShape = readonly number[];

export interface DailyPowerOptions {
  readonly shape: DailyShape;
  readonly powerWMax: number;
  /** Standard deviation of the wandering, as a fraction of the value of the hour. */
  readonly variation: number;
  readonly variationMs: number;
  readonly rng: Rng;
}

export function createDailyPower(options: DailyPowerOptions): DailyPower {
  return {
    shape: options.shape,
    powerWMax: options.powerWMax,
    wander: createWander(options.rng, options.variation, options.variationMs),
    powerW: 0,
  };
}

/** One step; `dayMs` is the time of day in milliseconds since midnight, local solar time. */
export function stepDailyPower(power: DailyPower, dayMs: number, dtMs: number): number {
  const variation = stepWander(power.wander, dtMs);
  power.powerW = Math.max(0, power.powerWMax * shapeAt(power.shape, dayMs) * (1 + variation));
  return power.powerW;
}

export function shapeAt(shape: DailyShape, dayMs: number): number {
  const hour = (dayMs / 3_600_000) % 24;
  const index = Math.floor(hour);
  const before = shape[index] ?? 0;
  const after = shape[(index + 1) % 24] ?? 0;
  return before + (after - before) * (hour - index);
}

/** A small works: starts at six, a dip at noon, quiet at night. Between 0.8 and 2.5 MW when the peak is 2.5 MW. */
export const worksLoad: DailyShape = [
  0.34, 0.33, 0.32, 0.32, 0.36, 0.5, 0.72, 0.88, 0.95, 0.99, 1, 0.96, 0.88, 0.94, 0.98, 0.95, 0.86, 0.74, 0.63, 0.55,
  0.49, 0.44, 0.4, 0.36,
];

/** Homes: a breakfast shoulder and an evening peak. */
export const homesLoad: DailyShape = [
  0.28, 0.24, 0.22, 0.21, 0.22, 0.27, 0.42, 0.58, 0.52, 0.44, 0.4, 0.39, 0.42, 0.4, 0.39, 0.43, 0.54, 0.74, 0.93, 1,
  0.92, 0.76, 0.55, 0.38,
];

/** The station itself: lights, control room, heaters. */
export const stationLoad: DailyShape = [
  0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.85, 0.95, 1, 1, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.9, 0.85, 0.8,
  0.8, 0.8,
];

/** A clear day in spring. */
export const clearSky: DailyShape = [
  0, 0, 0, 0, 0, 0.01, 0.08, 0.24, 0.45, 0.66, 0.83, 0.94, 1, 0.97, 0.88, 0.73, 0.53, 0.31, 0.12, 0.02, 0, 0, 0, 0,
];

/** Outside temperature, °C: coldest before dawn, warmest in the afternoon. */
export function ambientTemperatureC(dayMs: number, meanC: number, swingC: number): number {
  return meanC + swingC * Math.cos(((dayMs / 3_600_000 - 15) / 24) * 2 * Math.PI);
}

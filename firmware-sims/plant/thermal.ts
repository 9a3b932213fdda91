import { clamp } from "@penstock/protocol/units";
import type { BatteryRatings } from "./ratings.ts";

/** Heat: cells over coolant over cabinet over the day outside. Temperatures in °C, time constants in seconds. */
export interface Thermal {
  readonly ratings: BatteryRatings;
  readonly heatWRated: number;
  cellTemperatureC: number;
  cabinetTemperatureC: number;
  /** Pumps and fans now, W. */
  auxiliaryW: number;
  /** 1 full power, 0 none. */
  derating: number;
  decayDtS: number;
  cellDecay: number;
  cabinetDecay: number;
}

export function createThermal(ratings: BatteryRatings, ambientC: number): Thermal {
  return {
    ratings,
    heatWRated: ratings.powerWMax * (1 - Math.sqrt(ratings.roundTripEfficiency)),
    cellTemperatureC: ambientC,
    cabinetTemperatureC: ambientC,
    auxiliaryW: ratings.auxiliaryWMin,
    derating: 1,
    decayDtS: Number.NaN,
    cellDecay: 0,
    cabinetDecay: 0,
  };
}

/** One step of `dtS` seconds with `heatW` made inside. */
export function stepThermal(thermal: Thermal, dtS: number, heatW: number, ambientC: number): void {
  if (dtS !== thermal.decayDtS) {
    thermal.decayDtS = dtS;
    thermal.cellDecay = Math.exp(-dtS / cellTimeConstantS);
    thermal.cabinetDecay = Math.exp(-dtS / cabinetTimeConstantS);
  }
  const { ratings } = thermal;
  const cooling = clamp((thermal.cellTemperatureC - coolingFromC) / (coolingFullC - coolingFromC), 0, 1);
  const warmingC = (ratings.cellWarmingC * heatW) / thermal.heatWRated;
  // Full cooling halves what the same heat does.
  const cellTargetC = thermal.cabinetTemperatureC + warmingC / (1 + cooling);
  const cabinetTargetC = ambientC + 0.15 * (thermal.cellTemperatureC - ambientC);
  thermal.cellTemperatureC = cellTargetC + (thermal.cellTemperatureC - cellTargetC) * thermal.cellDecay;
  thermal.cabinetTemperatureC = cabinetTargetC + (thermal.cabinetTemperatureC - cabinetTargetC) * thermal.cabinetDecay;
  thermal.auxiliaryW = ratings.auxiliaryWMin + (ratings.auxiliaryWMax - ratings.auxiliaryWMin) * cooling;
  thermal.derating = clamp((deratingEndC - thermal.cellTemperatureC) / (deratingEndC - deratingFromC), 0, 1);
}

/** Hottest and coldest cell from the mean: more under load. */
export const cellSpreadC = (thermal: Thermal): number =>
  0.8 + 0.08 * Math.abs(thermal.cellTemperatureC - thermal.cabinetTemperatureC);

const cellTimeConstantS = 5400;
const cabinetTimeConstantS = 1200;
const coolingFromC = 25;
const coolingFullC = 40;
const deratingFromC = 40;
const deratingEndC = 55;

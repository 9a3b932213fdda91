import { type Cells, chargeRoomW, createCells, dischargeRoomW, stepCells } from "./cells.ts";
import { createInverter, dcPowerOf, type Inverter, stepInverter, tripInverter } from "./inverter.ts";
import type { BatteryRatings } from "./ratings.ts";
import { createThermal, stepThermal, type Thermal } from "./thermal.ts";

/** One battery unit: cells behind an inverter in a cabinet. Plain, mutable, stepped in place. */
export interface Battery {
  readonly ratings: BatteryRatings;
  readonly cells: Cells;
  readonly inverter: Inverter;
  readonly thermal: Thermal;
  /** What it could do now, sizes, after taper and heat. */
  dischargeRoomW: number;
  chargeRoomW: number;
  /** What fraction of the rated power the battery management allows; 1 unless it holds back. */
  allowance: number;
  /** Counters at the AC terminals. */
  dischargedWh: number;
  chargedWh: number;
  injectedVarh: number;
  absorbedVarh: number;
}

export function createBattery(ratings: BatteryRatings, soc: number, ambientC: number): Battery {
  return {
    ratings,
    cells: createCells(ratings, soc),
    inverter: createInverter(ratings),
    thermal: createThermal(ratings, ambientC),
    dischargeRoomW: ratings.powerWMax,
    chargeRoomW: ratings.powerWMax,
    allowance: 1,
    dischargedWh: 0,
    chargedWh: 0,
    injectedVarh: 0,
    absorbedVarh: 0,
  };
}

/**
 * One step to `nowMs`. Energy and heat move `energySpeed` times faster than power does.
 * `isEnergised` is false while the breaker is open or the unit is not connected: then no power flows.
 */
export function stepBattery(
  battery: Battery,
  nowMs: number,
  dtMs: number,
  energySpeed: number,
  ambientC: number,
  isEnergised: boolean,
): void {
  const { cells, inverter, thermal, ratings } = battery;
  const hours = (dtMs * energySpeed) / 3_600_000;
  const deratedW = ratings.powerWMax * thermal.derating * battery.allowance;
  battery.dischargeRoomW = Math.min(deratedW, dischargeRoomW(cells, hours) * ratings.conversionEfficiency);
  battery.chargeRoomW = Math.min(deratedW, chargeRoomW(cells, hours) / ratings.conversionEfficiency);
  if (isEnergised) stepInverter(inverter, nowMs, dtMs, -battery.chargeRoomW, battery.dischargeRoomW);
  else tripInverter(inverter);
  const acW = inverter.meanPowerW;
  const dcW = dcPowerOf(ratings, acW);
  const cellHeatW = stepCells(cells, dcW, hours);
  stepThermal(thermal, hours * 3600, cellHeatW + Math.abs(dcW - acW), ambientC);
  if (acW >= 0) battery.dischargedWh += acW * hours;
  else battery.chargedWh -= acW * hours;
  const varh = inverter.reactivePowerVar * hours;
  if (varh >= 0) battery.injectedVarh += varh;
  else battery.absorbedVarh -= varh;
}

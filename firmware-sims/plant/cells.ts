import type { BatteryRatings } from "./ratings.ts";

/** The store. Self-discharge of lithium cells, a few percent a month, is left out. */
export interface Cells {
  readonly capacityWh: number;
  readonly oneWayEfficiency: number;
  /** DC side, both directions. */
  readonly powerWMax: number;
  energyWh: number;
  /** Discharged to and charged from the inverter, DC side. */
  dischargedWh: number;
  chargedWh: number;
}

export function createCells(ratings: BatteryRatings, soc: number): Cells {
  return {
    capacityWh: ratings.capacityWh,
    oneWayEfficiency: Math.sqrt(ratings.roundTripEfficiency) / ratings.conversionEfficiency,
    powerWMax: ratings.powerWMax / ratings.conversionEfficiency,
    energyWh: ratings.capacityWh * soc,
    dischargedWh: 0,
    chargedWh: 0,
  };
}

export const socOf = (cells: Cells): number => cells.energyWh / cells.capacityWh;

/** What the battery management allows out: tapering over the last 5 % and never more than is left for `hours`. */
export function dischargeRoomW(cells: Cells, hours: number): number {
  const taperedW = cells.powerWMax * Math.min(1, cells.energyWh / (cells.capacityWh * taperSoc));
  return Math.min(taperedW, (cells.energyWh * cells.oneWayEfficiency) / hours);
}

/** What the battery management allows in, as a size. */
export function chargeRoomW(cells: Cells, hours: number): number {
  const roomWh = Math.max(0, cells.capacityWh - cells.energyWh);
  const taperedW = cells.powerWMax * Math.min(1, roomWh / (cells.capacityWh * taperSoc));
  return Math.min(taperedW, roomWh / (cells.oneWayEfficiency * hours));
}

/** Moves energy: `dcPowerW` out of the cells' terminals for `hours`. Returns the heat it made, W. */
export function stepCells(cells: Cells, dcPowerW: number, hours: number): number {
  const throughWh = dcPowerW * hours;
  if (throughWh >= 0) {
    const drawnWh = throughWh / cells.oneWayEfficiency;
    cells.energyWh = Math.max(0, cells.energyWh - drawnWh);
    cells.dischargedWh += throughWh;
    return (drawnWh - throughWh) / hours;
  }
  const storedWh = -throughWh * cells.oneWayEfficiency;
  cells.energyWh = Math.min(cells.capacityWh, cells.energyWh + storedWh);
  cells.chargedWh -= throughWh;
  return (-throughWh - storedWh) / hours;
}

/** Mean cell voltage: a flat lithium-iron-phosphate curve with steep ends, lowered by discharge. */
export function cellVoltageV(cells: Cells, dcPowerW: number): number {
  const soc = socOf(cells);
  const open = 3.24 + 0.09 * soc - 0.5 * Math.exp(-soc / 0.03) + 0.12 * Math.exp(-(1 - soc) / 0.03);
  return open - (0.06 * dcPowerW) / cells.powerWMax;
}

/** How far the lowest and the highest cell stand from the mean: more at the ends and under load. */
export function cellSpreadV(cells: Cells, dcPowerW: number): number {
  const fromMiddle = 2 * Math.abs(socOf(cells) - 0.5);
  return 0.004 + 0.012 * fromMiddle * fromMiddle + (0.006 * Math.abs(dcPowerW)) / cells.powerWMax;
}

const taperSoc = 0.05;

import { apparentPowerVA } from "../plant/apparent-power.ts";
import { cellSpreadV, cellVoltageV, socOf } from "../plant/cells.ts";
import { dcPowerOf } from "../plant/inverter.ts";
import type { Sheet } from "./live-points.ts";
import { remainingS } from "./reversion.ts";
import type { UnitState } from "./unit-state.ts";

/** What a battery unit measures, by model: the points that move with its physics, each model's reckoned in one go. */
export const batteryUnitSheets = (state: UnitState): Readonly<Record<number, Sheet>> => ({
  701: acMeasurementSheet(state),
  704: timeLeftSheet(state),
  714: dcSheet(state),
  802: batterySheet(state),
});

/** What 701 measures: a controller reads all of it every cycle. */
function acMeasurementSheet(state: UnitState): Sheet {
  const { battery, surroundings } = state;
  const { inverter, thermal, ratings } = battery;
  const isThreePhase = ratings.phases === 3;
  const ofThreePhases = (...names: string[]) => (isThreePhase ? names : []);
  return {
    names: [
      "St",
      "InvSt",
      "ConnSt",
      "Alrm",
      "W",
      "VA",
      "Var",
      "PF",
      "A",
      ofThreePhases("LLV", "VL1L2", "VL2L3", "VL3L1"),
      ["LNV", ...ofThreePhases("VL1", "VL2", "VL3")],
      ofThreePhases("WL1", "WL2", "WL3"),
      "Hz",
      "TotWhInj",
      "TotWhAbs",
      "TotVarhInj",
      "TotVarhAbs",
      "TmpAmb",
      "TmpCab",
      "TmpSnk",
      "ThrotPct",
      "ThrotSrc",
    ],
    fill(into) {
      const { powerW, reactivePowerVar } = inverter;
      const { cabinetTemperatureC, derating } = thermal;
      const apparentVA = apparentPowerVA(powerW, reactivePowerVar);
      const voltageV = ratings.voltageVNominal * surroundings.voltagePu;
      const toNeutralV = isThreePhase ? voltageV / Math.sqrt(3) : voltageV;
      into[0] = state.isStarted ? 1 : 0;
      into[1] = inverterState(state);
      into[2] = state.isConnected ? 1 : 0;
      into[3] = alarms(state);
      into[4] = powerW;
      into[5] = apparentVA;
      into[6] = reactivePowerVar;
      into[7] = apparentVA > 0 ? powerW / apparentVA : 1;
      into[8] = surroundings.voltagePu > 0 ? apparentVA / ratings.phases / toNeutralV : 0;
      into[9] = voltageV;
      into[10] = toNeutralV;
      into[11] = powerW / 3;
      into[12] = surroundings.frequencyHz;
      into[13] = battery.dischargedWh;
      into[14] = battery.chargedWh;
      into[15] = battery.injectedVarh;
      into[16] = battery.absorbedVarh;
      into[17] = surroundings.ambientC;
      into[18] = cabinetTemperatureC;
      into[19] = cabinetTemperatureC + (20 * Math.abs(powerW)) / ratings.powerWMax;
      into[20] = Math.round(100 * (1 - derating));
      into[21] = derating < 1 ? 1 << 14 : 0;
    },
  };
}

/** How long the set-points of 704 last; read back every cycle. */
const timeLeftSheet = (state: UnitState): Sheet => ({
  names: ["WMaxLimPctRvrtRem", "WSetRvrtRem", "VarSetRvrtRem"],
  fill(into) {
    into[0] = remainingS(state.limit, state.nowMs);
    into[1] = remainingS(state.power, state.nowMs);
    into[2] = remainingS(state.reactive, state.nowMs);
  },
});

/** What 714 measures of the one DC port. */
function dcSheet(state: UnitState): Sheet {
  const { cells, thermal } = state.battery;
  return {
    names: [
      ["DCA", "Prt.DCA"],
      ["DCW", "Prt.DCW"],
      ["DCWhInj", "Prt.DCWhInj"],
      ["DCWhAbs", "Prt.DCWhAbs"],
      "Prt.DCV",
      "Prt.Tmp",
    ],
    fill(into) {
      const powerW = dcW(state);
      const voltageV = dcVoltageV(state, cellVoltageV(cells, powerW));
      into[0] = powerW / voltageV;
      into[1] = powerW;
      into[2] = cells.dischargedWh;
      into[3] = cells.chargedWh;
      into[4] = voltageV;
      into[5] = thermal.cellTemperatureC;
    },
  };
}

/** What 802 measures of the cells. */
function batterySheet(state: UnitState): Sheet {
  const { battery } = state;
  const { cells, ratings } = battery;
  return {
    names: ["SoC", "DoD", "NCyc", "ChaSt", "V", "CellVMax", "CellVMin", "CellVAvg", "A", "AChaMax", "ADisChaMax", "W"],
    fill(into) {
      const powerW = dcW(state);
      const cellV = cellVoltageV(cells, powerW);
      const spreadV = cellSpreadV(cells, powerW);
      const voltageV = dcVoltageV(state, cellV);
      into[0] = 100 * socOf(cells);
      into[1] = 100 * (1 - socOf(cells));
      into[2] = Math.floor(cells.dischargedWh / cells.capacityWh);
      into[3] = chargeState(state);
      into[4] = voltageV;
      into[5] = cellV + spreadV;
      into[6] = cellV - spreadV;
      into[7] = cellV;
      into[8] = powerW / voltageV;
      into[9] = dcPowerOf(ratings, battery.chargeRoomW) / voltageV;
      into[10] = dcPowerOf(ratings, battery.dischargeRoomW) / voltageV;
      into[11] = powerW;
    },
  };
}

/** 701 Alrm bits we raise. */
const alarm = { gridDisconnect: 1 << 4, overTemperature: 1 << 7, manufacturer: 1 << 16 } as const;

const alarms = (state: UnitState): number =>
  (state.isConnected ? 0 : alarm.gridDisconnect) |
  (state.isOverTemperatureLatched ? alarm.overTemperature : 0) |
  (state.isControllerLost ? alarm.manufacturer : 0);

/** 701 InvSt: 0 off, 2 starting, 3 running, 4 throttled, 6 fault, 7 standby. */
function inverterState(state: UnitState): number {
  if (state.isTripped) return 6;
  if (!state.isStarted) return 0;
  if (!state.isConnected) return state.entersMs === Number.POSITIVE_INFINITY ? 7 : 2;
  return state.battery.thermal.derating < 1 ? 4 : 3;
}

/** 802 ChaSt: 2 empty, 3 discharging, 4 charging, 5 full, 6 holding. */
function chargeState(state: UnitState): number {
  const { cells, inverter } = state.battery;
  const restW = 0.001 * cells.powerWMax;
  if (inverter.powerW > restW) return 3;
  if (inverter.powerW < -restW) return 4;
  const soc = socOf(cells);
  return soc < 0.001 ? 2 : soc > 0.999 ? 5 : 6;
}

const dcW = (state: UnitState): number => dcPowerOf(state.battery.ratings, state.battery.inverter.powerW);

const dcVoltageV = ({ battery }: UnitState, cellV: number): number =>
  (battery.ratings.dcVoltageVNominal * cellV) / 3.28;

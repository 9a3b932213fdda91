import { apparentPowerVA } from "../plant/apparent-power.ts";
import { cellSpreadV, cellVoltageV, socOf } from "../plant/cells.ts";
import { dcPowerOf } from "../plant/inverter.ts";
import type { BatteryRatings } from "../plant/ratings.ts";
import type { Sheet } from "./live-points.ts";
import { type ModelValues, type PointValue, scaleFactorFor } from "./register-image.ts";
import { remainingS } from "./reversion.ts";
import type { UnitState } from "./unit-state.ts";

type Values = Readonly<Record<string, PointValue>>;

/** Which points a battery unit implements and what each shows. Scale factors are the finest that fit its size. */
export function batteryUnitValues(
  state: UnitState,
  serialNumber: string,
): { readonly values: ModelValues; readonly sheets: Readonly<Record<number, Sheet>> } {
  const { ratings } = state.battery;
  const values: ModelValues = {
    1: {
      Mn: ratings.manufacturer,
      Md: ratings.model,
      Opt: "sim",
      Vr: "0.1.0",
      SN: serialNumber,
      DA: 1,
    },
    701: acMeasurementValues(ratings),
    702: capacityValues(ratings),
    703: enterServiceValues(state),
    704: controlValues(state.battery.ratings),
    713: storageValues(state),
    714: dcValues(state),
    715: {
      LocRemCtl: () => (state.isLocal ? 1 : 0),
      // Resets to zero once a day.
      DERHb: () => Math.floor((state.nowMs - state.startedMs) / 1000) % 86_400,
      ControllerHb: 0,
      AlarmReset: 0,
      OpCtl: operation.start,
    },
    802: batteryValues(state),
  };
  return { values, sheets: { 701: acMeasurementSheet(state), 704: timeLeftSheet(state) } };
}

/** 715 OpCtl. */
export const operation = { stop: 0, start: 1, enterStandby: 2, exitStandby: 3 } as const;

/** 701 Alrm bits we raise. */
const alarm = { gridDisconnect: 1 << 4, overTemperature: 1 << 7, manufacturer: 1 << 16 } as const;

/** 802 State: FAULT. */
const batteryFault = 99;

/** 802 Evt1 bits we raise. */
const batteryEvent = { communicationError: 1 << 0, overTemperature: 1 << 1 } as const;

function acMeasurementValues(ratings: BatteryRatings): Values {
  const powerScale = scaleFactorFor(1.1 * ratings.apparentPowerVAMax, 0x7fff);
  return {
    ACType: ratings.phases === 3 ? 2 : 0,
    DERMode: 1,
    A_SF: scaleFactorFor(currentMaxA(ratings), 0x7fff, -1),
    V_SF: -1,
    Hz_SF: -3,
    W_SF: powerScale,
    PF_SF: -3,
    VA_SF: powerScale,
    Var_SF: powerScale,
    TotWh_SF: 0,
    TotVarh_SF: 0,
    Tmp_SF: -1,
    MnAlrmInfo: "",
  };
}

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

function capacityValues(ratings: BatteryRatings): Values {
  const powerW = ratings.powerWMax;
  const apparentVA = ratings.apparentPowerVAMax;
  const reactiveVar = ratings.reactivePowerVarMax;
  const scale = scaleFactorFor(apparentVA, 0xfffe);
  return {
    WMaxRtg: powerW,
    VAMaxRtg: apparentVA,
    VarMaxInjRtg: reactiveVar,
    VarMaxAbsRtg: reactiveVar,
    WChaRteMaxRtg: powerW,
    WDisChaRteMaxRtg: powerW,
    VAChaRteMaxRtg: apparentVA,
    VADisChaRteMaxRtg: apparentVA,
    VNomRtg: ratings.voltageVNominal,
    VMaxRtg: 1.1 * ratings.voltageVNominal,
    VMinRtg: 0.88 * ratings.voltageVNominal,
    AMaxRtg: currentMaxA(ratings),
    NorOpCatRtg: 1,
    AbnOpCatRtg: 2,
    CtrlModes: 0b111, // Maximum power, fixed power, fixed reactive power.
    IntIslandCatRtg: 0,
    WMax: powerW,
    VAMax: apparentVA,
    VarMaxInj: reactiveVar,
    VarMaxAbs: reactiveVar,
    WChaRteMax: powerW,
    WDisChaRteMax: powerW,
    VNom: ratings.voltageVNominal,
    W_SF: scale,
    PF_SF: -3,
    VA_SF: scale,
    Var_SF: scale,
    V_SF: -1,
    A_SF: scaleFactorFor(currentMaxA(ratings), 0xfffe, -1),
  };
}

function enterServiceValues(state: UnitState): Values {
  return {
    ES: 1,
    ESVHi: 110,
    ESVLo: 90,
    ESHzHi: 50.5,
    ESHzLo: 49.5,
    // Grid codes ask for minutes; a simulated site need not wait that long to show what happens.
    ESDlyTms: 10,
    ESRndTms: 0,
    ESDlyRemTms: () =>
      state.isConnected || state.entersMs === Number.POSITIVE_INFINITY
        ? 0
        : Math.max(0, Math.ceil((state.entersMs - state.nowMs) / 1000)),
    V_SF: -1,
    Hz_SF: -2,
  };
}

function controlValues(ratings: BatteryRatings): Values {
  return {
    WMaxLimPctEna: 0,
    WMaxLimPct: 100,
    WMaxLimPctRvrt: 100,
    WMaxLimPctEnaRvrt: 0,
    WMaxLimPctRvrtTms: 0,
    WSetEna: 0,
    WSetMod: 1,
    WSet: 0,
    WSetRvrt: 0,
    WSetPct: 0,
    WSetPctRvrt: 0,
    WSetEnaRvrt: 0,
    WSetRvrtTms: 0,
    VarSetEna: 0,
    VarSetMod: 4,
    VarSetPri: 0,
    VarSet: 0,
    VarSetRvrt: 0,
    VarSetPct: 0,
    VarSetPctRvrt: 0,
    VarSetEnaRvrt: 0,
    VarSetRvrtTms: 0,
    WRmp: Math.round(100 * ratings.rampFractionPerS),
    WRmpRef: 1,
    WMaxLimPct_SF: -1,
    WSet_SF: 0,
    WSetPct_SF: -1,
    VarSet_SF: 0,
    VarSetPct_SF: -1,
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

function storageValues(state: UnitState): Values {
  const { cells } = state.battery;
  return {
    WHRtg: cells.capacityWh,
    WHAvail: () => cells.energyWh,
    SoC: () => 100 * socOf(cells),
    SoH: 100,
    Sta: () => (state.isControllerLost || state.isOverTemperatureLatched ? 1 : 0),
    WH_SF: scaleFactorFor(cells.capacityWh, 0xfffe),
    Pct_SF: -2,
  };
}

function dcValues(state: UnitState): Values {
  const { cells, thermal, ratings } = state.battery;
  const powerW = () => dcW(state);
  const currentA = () => dcW(state) / dcVoltageV(state);
  const scaleA = scaleFactorFor(dcCurrentMaxA(ratings), 0x7fff, -1);
  return {
    PrtAlrms: 0,
    NPrt: 1,
    DCA: currentA,
    DCW: powerW,
    DCWhInj: () => cells.dischargedWh,
    DCWhAbs: () => cells.chargedWh,
    DCA_SF: scaleA,
    DCV_SF: -1,
    DCW_SF: scaleFactorFor(1.1 * ratings.powerWMax, 0x7fff),
    DCWH_SF: 0,
    Tmp_SF: -1,
    "Prt.PrtTyp": 1,
    "Prt.ID": 1,
    "Prt.IDStr": "battery",
    "Prt.DCA": currentA,
    "Prt.DCV": () => dcVoltageV(state),
    "Prt.DCW": powerW,
    "Prt.DCWhInj": () => cells.dischargedWh,
    "Prt.DCWhAbs": () => cells.chargedWh,
    "Prt.Tmp": () => thermal.cellTemperatureC,
    "Prt.DCSta": 1,
    "Prt.DCAlrm": 0,
  };
}

function batteryValues(state: UnitState): Values {
  const { battery } = state;
  const { cells, ratings } = battery;
  const scaleA = scaleFactorFor(dcCurrentMaxA(ratings), 0x7fff, -1);
  const meanCellV = () => cellVoltageV(cells, dcW(state));
  const spreadV = () => cellSpreadV(cells, dcW(state));
  return {
    AHRtg: cells.capacityWh / ratings.dcVoltageVNominal,
    WHRtg: cells.capacityWh,
    WChaRteMax: ratings.powerWMax,
    WDisChaRteMax: ratings.powerWMax,
    SoCMax: 100,
    SoCMin: 0,
    SoC: () => 100 * socOf(cells),
    DoD: () => 100 * (1 - socOf(cells)),
    SoH: 100,
    NCyc: () => Math.floor(cells.dischargedWh / cells.capacityWh),
    ChaSt: () => chargeState(state),
    LocRemCtl: () => (state.isLocal ? 1 : 0),
    // 65535 would read as not implemented.
    Hb: () => Math.floor((state.nowMs - state.startedMs) / 1000) % 0xffff,
    CtrlHb: 0,
    AlmRst: 0,
    Typ: 4,
    State: () => (state.isTripped ? batteryFault : state.isStarted ? 3 : 4),
    Evt1: () =>
      (state.isControllerLost ? batteryEvent.communicationError : 0) |
      (state.isOverTemperatureLatched ? batteryEvent.overTemperature : 0),
    Evt2: 0,
    EvtVnd1: 0,
    EvtVnd2: 0,
    V: () => dcVoltageV(state),
    VMax: 1.13 * ratings.dcVoltageVNominal,
    VMin: 0.78 * ratings.dcVoltageVNominal,
    CellVMax: () => meanCellV() + spreadV(),
    CellVMin: () => meanCellV() - spreadV(),
    CellVAvg: meanCellV,
    A: () => dcW(state) / dcVoltageV(state),
    AChaMax: () => dcPowerOf(ratings, battery.chargeRoomW) / dcVoltageV(state),
    ADisChaMax: () => dcPowerOf(ratings, battery.dischargeRoomW) / dcVoltageV(state),
    W: () => dcW(state),
    ReqInvState: 0,
    ReqW: 0,
    SetOp: 1,
    SetInvState: 3,
    AHRtg_SF: 0,
    WHRtg_SF: scaleFactorFor(cells.capacityWh, 0xfffe),
    WChaDisChaMax_SF: scaleFactorFor(ratings.powerWMax, 0xfffe),
    SoC_SF: -1,
    DoD_SF: -1,
    SoH_SF: -1,
    V_SF: -1,
    CellV_SF: -3,
    A_SF: scaleA,
    AMax_SF: scaleA,
    W_SF: scaleFactorFor(1.1 * ratings.powerWMax, 0x7fff),
  };
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

const dcVoltageV = (state: UnitState): number =>
  (state.battery.ratings.dcVoltageVNominal * cellVoltageV(state.battery.cells, dcW(state))) / 3.28;

const dcCurrentMaxA = (ratings: BatteryRatings): number => (1.3 * ratings.powerWMax) / ratings.dcVoltageVNominal;

const currentMaxA = (ratings: BatteryRatings): number =>
  (1.1 * ratings.apparentPowerVAMax) / (ratings.voltageVNominal * (ratings.phases === 3 ? Math.sqrt(3) : 1));

import { socOf } from "../plant/cells.ts";
import type { BatteryRatings } from "../plant/ratings.ts";
import { batteryUnitSheets } from "./battery-unit-sheets.ts";
import type { Sheet } from "./live-points.ts";
import { type ModelValues, type PointValue, scaleFactorFor } from "./register-image.ts";
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
    714: dcValues(ratings),
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
  return { values, sheets: batteryUnitSheets(state) };
}

/** 715 OpCtl. */
export const operation = { stop: 0, start: 1, enterStandby: 2, exitStandby: 3 } as const;

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

function dcValues(ratings: BatteryRatings): Values {
  const scaleA = scaleFactorFor(dcCurrentMaxA(ratings), 0x7fff, -1);
  return {
    PrtAlrms: 0,
    NPrt: 1,
    DCA_SF: scaleA,
    DCV_SF: -1,
    DCW_SF: scaleFactorFor(1.1 * ratings.powerWMax, 0x7fff),
    DCWH_SF: 0,
    Tmp_SF: -1,
    "Prt.PrtTyp": 1,
    "Prt.ID": 1,
    "Prt.IDStr": "battery",
    "Prt.DCSta": 1,
    "Prt.DCAlrm": 0,
  };
}

function batteryValues(state: UnitState): Values {
  const { battery } = state;
  const { cells, ratings } = battery;
  const scaleA = scaleFactorFor(dcCurrentMaxA(ratings), 0x7fff, -1);
  return {
    AHRtg: cells.capacityWh / ratings.dcVoltageVNominal,
    WHRtg: cells.capacityWh,
    WChaRteMax: ratings.powerWMax,
    WDisChaRteMax: ratings.powerWMax,
    SoCMax: 100,
    SoCMin: 0,
    SoH: 100,
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
    VMax: 1.13 * ratings.dcVoltageVNominal,
    VMin: 0.78 * ratings.dcVoltageVNominal,
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

const dcCurrentMaxA = (ratings: BatteryRatings): number => (1.3 * ratings.powerWMax) / ratings.dcVoltageVNominal;

const currentMaxA = (ratings: BatteryRatings): number =>
  (1.1 * ratings.apparentPowerVAMax) / (ratings.voltageVNominal * (ratings.phases === 3 ? Math.sqrt(3) : 1));

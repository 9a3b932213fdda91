import { apparentPowerVA } from "../plant/apparent-power.ts";
import { cellVoltageV, socOf } from "../plant/cells.ts";
import { dcPowerOf } from "../plant/inverter.ts";
import type { BatteryRatings } from "../plant/ratings.ts";
import { type ModelValues, type PointValue, scaleFactorFor } from "./register-image.ts";
import type { UnitState } from "./unit-state.ts";

type Values = Readonly<Record<string, PointValue>>;

/** 103 St: 1 off, 4 running, 7 fault, 8 standby. */
const inverterState = { off: 1, running: 4, fault: 7, standby: 8 } as const;

/** What an older storage inverter implements and shows. Scale factors are the finest that fit its size. */
export function legacyUnitValues(state: UnitState, serialNumber: string, isFloat: boolean): ModelValues {
  const { ratings } = state.battery;
  return {
    1: {
      Mn: ratings.manufacturer,
      Md: `${ratings.model}-L`,
      Opt: "sim",
      Vr: "0.1.0",
      SN: serialNumber,
      DA: 1,
    },
    ...(isFloat ? { 113: floatValues(state) } : { 103: integerValues(state) }),
    120: nameplateValues(ratings),
    121: settingValues(ratings),
    122: statusValues(state),
    123: immediateValues(),
    124: storageValues(state),
  };
}

/** The quantities both inverter models show, in SI units. */
function measured(state: UnitState) {
  const { battery, surroundings } = state;
  const { inverter, ratings, thermal } = battery;
  const apparentVA = () => apparentPowerVA(inverter.powerW, inverter.reactivePowerVar);
  const lineV = () => ratings.voltageVNominal * surroundings.voltagePu;
  const phaseV = ratings.phases === 3 ? () => lineV() / Math.sqrt(3) : lineV;
  const totalA = () => (surroundings.voltagePu > 0 ? apparentVA() / phaseV() : 0);
  const phaseA = () => totalA() / ratings.phases;
  const dcW = () => dcPowerOf(ratings, inverter.powerW);
  const dcV = () => (ratings.dcVoltageVNominal * cellVoltageV(battery.cells, dcW())) / 3.28;
  return {
    A: totalA,
    AphA: phaseA,
    AphB: phaseA,
    AphC: phaseA,
    PPVphAB: lineV,
    PPVphBC: lineV,
    PPVphCA: lineV,
    PhVphA: phaseV,
    PhVphB: phaseV,
    PhVphC: phaseV,
    W: () => inverter.powerW,
    Hz: () => surroundings.frequencyHz,
    VA: apparentVA,
    VAr: () => inverter.reactivePowerVar,
    // Percent, as the document has it.
    PF: () => (apparentVA() > 0 ? (100 * inverter.powerW) / apparentVA() : 100),
    WH: () => battery.dischargedWh,
    DCA: () => dcW() / dcV(),
    DCV: dcV,
    DCW: dcW,
    TmpCab: () => thermal.cabinetTemperatureC,
    St: () => stateOf(state),
    Evt1: 0,
    Evt2: 0,
  };
}

function stateOf(state: UnitState): number {
  if (!state.isStarted) return inverterState.off;
  if (state.isOverTemperatureLatched && state.battery.thermal.derating === 0) return inverterState.fault;
  return state.isConnected ? inverterState.running : inverterState.standby;
}

function integerValues(state: UnitState): Values {
  const { ratings } = state.battery;
  const power = scaleFactorFor(1.1 * ratings.apparentPowerVAMax, 0x7fff);
  const currentMaxA = (1.2 * ratings.apparentPowerVAMax) / (ratings.voltageVNominal / Math.sqrt(3));
  return {
    ...measured(state),
    A_SF: scaleFactorFor(currentMaxA, 0xfffe, -1),
    V_SF: -1,
    W_SF: power,
    Hz_SF: -2,
    VA_SF: power,
    VAr_SF: power,
    PF_SF: -2,
    WH_SF: 0,
    DCA_SF: scaleFactorFor((1.3 * ratings.powerWMax) / ratings.dcVoltageVNominal, 0x7fff, -1),
    DCV_SF: -1,
    DCW_SF: power,
    Tmp_SF: -1,
  };
}

const floatValues = (state: UnitState): Values => measured(state);

function nameplateValues(ratings: BatteryRatings): Values {
  const { powerWMax, apparentPowerVAMax, reactivePowerVarMax, capacityWh } = ratings;
  return {
    DERTyp: 82,
    WRtg: powerWMax,
    VARtg: apparentPowerVAMax,
    VArRtgQ1: reactivePowerVarMax,
    VArRtgQ2: reactivePowerVarMax,
    VArRtgQ3: -reactivePowerVarMax,
    VArRtgQ4: -reactivePowerVarMax,
    WHRtg: capacityWh,
    MaxChaRte: powerWMax,
    MaxDisChaRte: powerWMax,
    WRtg_SF: scaleFactorFor(powerWMax, 0xfffe),
    VARtg_SF: scaleFactorFor(apparentPowerVAMax, 0xfffe),
    VArRtg_SF: scaleFactorFor(reactivePowerVarMax, 0x7fff),
    WHRtg_SF: scaleFactorFor(capacityWh, 0xfffe),
    MaxChaRte_SF: scaleFactorFor(powerWMax, 0xfffe),
    MaxDisChaRte_SF: scaleFactorFor(powerWMax, 0xfffe),
  };
}

const settingValues = (ratings: BatteryRatings): Values => ({
  WMax: ratings.powerWMax,
  VRef: ratings.voltageVNominal,
  VRefOfs: 0,
  VAMax: ratings.apparentPowerVAMax,
  WMax_SF: scaleFactorFor(ratings.powerWMax, 0xfffe),
  VRef_SF: -1,
  VRefOfs_SF: -1,
  VAMax_SF: scaleFactorFor(ratings.apparentPowerVAMax, 0xfffe),
});

function statusValues(state: UnitState): Values {
  const { battery } = state;
  return {
    PVConn: 0,
    StorConn: () => (state.isConnected ? 0b111 : 0b010),
    ECPConn: () => (state.isConnected ? 1 : 0),
    ActWh: () => battery.dischargedWh,
    WAval: () => battery.dischargeRoomW,
    WAval_SF: scaleFactorFor(battery.ratings.powerWMax, 0xfffe),
  };
}

/** Nothing limited, connected, no reactive power asked for. */
const immediateValues = (): Values => ({
  Conn_WinTms: 0,
  Conn_RvrtTms: 0,
  Conn: 1,
  WMaxLimPct: 100,
  WMaxLimPct_WinTms: 0,
  WMaxLimPct_RvrtTms: 0,
  WMaxLimPct_RmpTms: 0,
  WMaxLim_Ena: 0,
  OutPFSet_Ena: 0,
  VArWMaxPct: 0,
  VArPct_WinTms: 0,
  VArPct_RvrtTms: 0,
  VArPct_RmpTms: 0,
  VArPct_Mod: 1,
  VArPct_Ena: 0,
  WMaxLimPct_SF: -1,
  OutPFSet_SF: -2,
  VArPct_SF: -2,
});

function storageValues(state: UnitState): Values {
  const { battery } = state;
  const { cells, ratings } = battery;
  return {
    WChaMax: ratings.powerWMax,
    WChaGra: 100,
    WDisChaGra: 100,
    StorCtl_Mod: 0,
    MinRsvPct: 0,
    ChaState: () => 100 * socOf(cells),
    StorAval: () => cells.energyWh / ratings.dcVoltageVNominal,
    InBatV: () => ratings.dcVoltageVNominal * (cellVoltageV(cells, dcPowerOf(ratings, battery.inverter.powerW)) / 3.28),
    ChaSt: () => chargeState(state),
    OutWRte: 100,
    InWRte: 100,
    InOutWRte_WinTms: 0,
    InOutWRte_RvrtTms: 0,
    InOutWRte_RmpTms: 0,
    ChaGriSet: 1,
    WChaMax_SF: scaleFactorFor(ratings.powerWMax, 0xfffe),
    WChaDisChaGra_SF: 0,
    MinRsvPct_SF: 0,
    ChaState_SF: -2,
    StorAval_SF: scaleFactorFor(cells.capacityWh / ratings.dcVoltageVNominal, 0xfffe),
    InBatV_SF: -1,
    InOutWRte_SF: -2,
  };
}

/** 124 ChaSt: 2 empty, 3 discharging, 4 charging, 5 full, 6 holding. */
function chargeState(state: UnitState): number {
  const { cells, inverter } = state.battery;
  const restW = 0.001 * cells.powerWMax;
  if (inverter.powerW > restW) return 3;
  if (inverter.powerW < -restW) return 4;
  const soc = socOf(cells);
  return soc < 0.001 ? 2 : soc > 0.999 ? 5 : 6;
}

import { cellSpreadV, cellVoltageV, socOf } from "../plant/cells.ts";
import { dcPowerOf } from "../plant/inverter.ts";
import { cellSpreadC } from "../plant/thermal.ts";
import { type PointValue, scaleFactorFor } from "./register-image.ts";
import type { UnitState } from "./unit-state.ts";

/** What 803 shows of `strings` equal strings: the current divided, the cells all alike but for their spread. */
export function lithiumBankValues(state: UnitState, strings: number): Readonly<Record<string, PointValue>> {
  const { cells, inverter, thermal, ratings } = state.battery;
  const dcW = () => dcPowerOf(ratings, inverter.powerW);
  const cellV = () => cellVoltageV(cells, dcW());
  const cellVMax = () => cellV() + cellSpreadV(cells, dcW());
  const cellVMin = () => cellV() - cellSpreadV(cells, dcW());
  const stringV = () => (ratings.dcVoltageVNominal * cellV()) / 3.28;
  const stringA = () => dcW() / stringV() / strings;
  const meanC = () => thermal.cellTemperatureC;
  const hottestC = () => thermal.cellTemperatureC + cellSpreadC(thermal);
  const coldestC = () => thermal.cellTemperatureC - cellSpreadC(thermal);
  const soc = () => 100 * socOf(cells);
  const string: Readonly<Record<string, PointValue>> = {
    StrNMod: 16,
    StrSt: () => (state.isStarted ? 0b11 : 0b01),
    StrConFail: 0,
    StrSoC: soc,
    StrSoH: 100,
    StrA: stringA,
    StrCellVMax: cellVMax,
    StrCellVMin: cellVMin,
    StrCellVAvg: cellV,
    StrModTmpMax: hottestC,
    StrModTmpMin: coldestC,
    StrModTmpAvg: meanC,
    StrDisRsn: 0,
    StrEvt1: 0,
    StrEvt2: 0,
  };
  return {
    NStr: strings,
    NStrCon: () => (state.isStarted ? strings : 0),
    ModTmpMax: hottestC,
    ModTmpMin: coldestC,
    ModTmpAvg: meanC,
    StrVMax: stringV,
    StrVMin: stringV,
    StrVAvg: stringV,
    StrAMax: stringA,
    StrAMin: stringA,
    StrAAvg: stringA,
    CellV_SF: -3,
    ModTmp_SF: -1,
    A_SF: scaleFactorFor((1.3 * ratings.powerWMax) / ratings.dcVoltageVNominal / strings, 0x7fff, -2),
    SoH_SF: -1,
    SoC_SF: -1,
    V_SF: -1,
    ...Object.fromEntries(
      Array.from({ length: strings }, (_, index) =>
        Object.entries(string).map(([name, value]) => [`Str[${index}].${name}`, value] as const),
      ).flat(),
    ),
  };
}

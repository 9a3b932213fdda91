import type { BatteryUnit } from "../devices/battery-unit.ts";
import type { LegacyUnit } from "../devices/legacy-unit.ts";
import { socOf } from "../plant/cells.ts";
import type { SiteSpec } from "./site-spec.ts";
import type { BranchTruth, SiteTruth, UnitTruth } from "./site-truth.ts";

/** Whatever it speaks, a unit has firmware that ticks and a battery behind it. */
export type Unit = BatteryUnit | LegacyUnit;

/** A unit as it really is. */
export function showUnit(shown: UnitTruth, unit: Unit): void {
  const { state } = unit;
  const { battery } = state;
  shown.powerW = battery.inverter.powerW;
  shown.reactivePowerVar = battery.inverter.reactivePowerVar;
  shown.setPointW = state.setPointW;
  shown.soc = socOf(battery.cells);
  shown.energyWh = battery.cells.energyWh;
  shown.cellTemperatureC = battery.thermal.cellTemperatureC;
  shown.auxiliaryW = battery.thermal.auxiliaryW;
  shown.dischargeRoomW = battery.dischargeRoomW;
  shown.chargeRoomW = battery.chargeRoomW;
  shown.isReverted = state.power.reverted;
  shown.isControllerLost = state.isControllerLost;
  shown.isConnected = state.isConnected;
  shown.dischargedWh = battery.dischargedWh;
  shown.chargedWh = battery.chargedWh;
}

/** A site before its first moment. */
export function createTruth(
  spec: SiteSpec,
  units: readonly Unit[],
  branches: readonly BranchTruth[],
  startMs: number,
  ambientC: number,
): SiteTruth {
  return {
    elapsedMs: 0,
    nowMs: startMs,
    marketMs: startMs,
    gridPowerW: 0,
    gridReactivePowerVar: 0,
    batteryPowerW: 0,
    siteLoadW: 0,
    solarW: 0,
    auxiliaryW: 0,
    lossesW: 0,
    frequencyHz: spec.frequencyHzNominal,
    voltageV: spec.feeder.voltageVNominal,
    breakerClosed: true,
    transformerTemperatureC: ambientC,
    ambientC,
    gridOperatorLimitW: { isActive: false, ...spec.connectionLimitW },
    connectionLimitW: spec.connectionLimitW,
    exportedWh: 0,
    importedWh: 0,
    branches,
    units: units.map((unit) => ({
      id: unit.id,
      powerW: 0,
      reactivePowerVar: 0,
      setPointW: 0,
      soc: 0,
      energyWh: 0,
      cellTemperatureC: ambientC,
      auxiliaryW: 0,
      dischargeRoomW: 0,
      chargeRoomW: 0,
      isReverted: false,
      isControllerLost: false,
      isConnected: true,
      dischargedWh: 0,
      chargedWh: 0,
    })),
  };
}

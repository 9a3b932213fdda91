/**
 * What is really so on a site, for checkers and people: read from the physics, not from any register. One
 * struct a site, refreshed in place every step; copy what must last. Powers in W, + out of the asset.
 */
export interface SiteTruth {
  /** Milliseconds of the site's life. */
  elapsedMs: number;
  /** Clock time: start plus elapsed. */
  nowMs: number;
  /** Market time: start plus elapsed times the energy speed. The hours of the day follow it. */
  marketMs: number;
  /** At the point of connection, + export: batteries + solar − load − auxiliary − losses. */
  gridPowerW: number;
  gridReactivePowerVar: number;
  batteryPowerW: number;
  siteLoadW: number;
  solarW: number;
  auxiliaryW: number;
  lossesW: number;
  frequencyHz: number;
  voltageV: number;
  breakerClosed: boolean;
  transformerTemperatureC: number;
  ambientC: number;
  gridOperatorLimitW: { isActive: boolean; min: number; max: number };
  readonly connectionLimitW: { readonly min: number; readonly max: number };
  exportedWh: number;
  importedWh: number;
  readonly units: readonly UnitTruth[];
  /** Cables or transformers inside the site; none on most. */
  readonly branches: readonly BranchTruth[];
}

export interface BranchTruth {
  readonly id: string;
  /** What it carries, + towards the connection: its units − its load. */
  powerW: number;
  reactivePowerVar: number;
  loadW: number;
  /** What it may carry; nothing but the controller keeps it. */
  readonly limitW: { readonly min: number; readonly max: number };
}

export interface UnitTruth {
  readonly id: string;
  powerW: number;
  reactivePowerVar: number;
  /** What the unit's firmware orders now, after its own rules. */
  setPointW: number;
  soc: number;
  energyWh: number;
  cellTemperatureC: number;
  auxiliaryW: number;
  /** What it could do now, sizes. */
  dischargeRoomW: number;
  chargeRoomW: number;
  /** Its set-point's reversion timer has run out and nobody has written since. */
  isReverted: boolean;
  isControllerLost: boolean;
  isConnected: boolean;
  dischargedWh: number;
  chargedWh: number;
}

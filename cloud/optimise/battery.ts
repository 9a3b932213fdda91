import type { Ms, W, Wh } from "@penstock/protocol/units";

/** One battery behind one meter, as the optimiser sees it. Sizes are never negative. */
export interface Battery {
  readonly capacityWh: Wh;
  readonly socMin: number;
  readonly socMax: number;
  readonly powerWMaxCharge: W;
  readonly powerWMaxDischarge: W;
  readonly efficiencyCharge: number;
  readonly efficiencyDischarge: number;
  /** Wear, money per MWh discharged at the meter. */
  readonly costPerMWh: number;
  /** Drawn from the grid whatever the battery does. */
  readonly auxiliaryW: W;
  /** Sizes of what the connection allows, auxiliary load included. */
  readonly importWMax?: W;
  readonly exportWMax?: W;
}

/** The most energy that can enter and leave the cells in one interval, in MWh of stored energy. */
export interface StoredEnergyMoves {
  readonly inMWhMax: number;
  readonly outMWhMax: number;
}

export function storedEnergyMoves(battery: Battery, intervalMs: Ms): StoredEnergyMoves {
  const hours = intervalMs / 3_600_000;
  const { chargeWMax, dischargeWMax } = powerLimits(battery);
  return {
    inMWhMax: (chargeWMax / 1e6) * hours * battery.efficiencyCharge,
    outMWhMax: ((dischargeWMax / 1e6) * hours) / battery.efficiencyDischarge,
  };
}

/** Battery and connection together; both are sizes. */
export function powerLimits(battery: Battery): { readonly chargeWMax: number; readonly dischargeWMax: number } {
  return {
    chargeWMax: Math.min(
      battery.powerWMaxCharge,
      Math.max(0, (battery.importWMax ?? Number.POSITIVE_INFINITY) - battery.auxiliaryW),
    ),
    dischargeWMax: Math.min(
      battery.powerWMaxDischarge,
      (battery.exportWMax ?? Number.POSITIVE_INFINITY) + battery.auxiliaryW,
    ),
  };
}

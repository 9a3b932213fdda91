/** What a battery unit is built to do. Powers are sizes; both directions are alike. */
export interface BatteryRatings {
  readonly manufacturer: string;
  readonly model: string;
  readonly powerWMax: number;
  readonly apparentPowerVAMax: number;
  readonly reactivePowerVarMax: number;
  readonly capacityWh: number;
  /** Out over in at the AC terminals, without the auxiliary load. */
  readonly roundTripEfficiency: number;
  /** The inverter's share of it, one way. */
  readonly conversionEfficiency: number;
  /** Nominal voltage at the AC terminals: line to line with three phases, line to neutral with one. */
  readonly voltageVNominal: number;
  readonly phases: 1 | 3;
  readonly dcVoltageVNominal: number;
  /** Pumps, fans and electronics: idle, and with the cooling at full speed. */
  readonly auxiliaryWMin: number;
  readonly auxiliaryWMax: number;
  /** From an accepted write to the power stage. */
  readonly commandLatencyMs: number;
  /** Time constant of the power stage. */
  readonly lagMs: number;
  /** Greatest change per second as a fraction of the rated power. */
  readonly rampFractionPerS: number;
  /** How much warmer than the cabinet the cells settle at rated power. */
  readonly cellWarmingC: number;
}

/**
 * A two-hour container of the Megapack 2 XL class. Power, energy, apparent power, efficiency and voltage are
 * from its public data sheet (rev. 1.5.1); latency, ramp, auxiliary load and warming are not published and
 * are parameters, not claims.
 */
export const twoHourContainer: BatteryRatings = {
  manufacturer: "Penstock Simulators",
  model: "Container-2H-1927",
  powerWMax: 1_927_000,
  apparentPowerVAMax: 2_400_000,
  reactivePowerVarMax: 1_430_000,
  capacityWh: 3_854_000,
  roundTripEfficiency: 0.937,
  conversionEfficiency: 0.985,
  voltageVNominal: 480,
  phases: 3,
  dcVoltageVNominal: 1200,
  auxiliaryWMin: 5000,
  auxiliaryWMax: 40_000,
  commandLatencyMs: 100,
  lagMs: 80,
  rampFractionPerS: 1,
  cellWarmingC: 11,
};

/** A battery in a garage: 5 kW, 13.5 kWh, one phase. */
export const homeBattery: BatteryRatings = {
  manufacturer: "Penstock Simulators",
  model: "Home-5-13",
  powerWMax: 5000,
  apparentPowerVAMax: 5800,
  reactivePowerVarMax: 2900,
  capacityWh: 13_500,
  roundTripEfficiency: 0.9,
  conversionEfficiency: 0.97,
  voltageVNominal: 230,
  phases: 1,
  dcVoltageVNominal: 400,
  auxiliaryWMin: 10,
  auxiliaryWMax: 45,
  commandLatencyMs: 150,
  lagMs: 80,
  rampFractionPerS: 1,
  cellWarmingC: 7,
};

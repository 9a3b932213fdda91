import { clamp } from "@penstock/protocol/units";
import { apparentPowerVA } from "./apparent-power.ts";

/** What joins a site to the grid: a transformer, a breaker and a line that gives way a little. */
export interface FeederRatings {
  /** Line to line at the point of connection. */
  readonly voltageVNominal: number;
  /** Fault level of the grid behind the line: the smaller, the weaker. */
  readonly shortCircuitVA: number;
  /** Reactance over resistance of the line. */
  readonly reactanceRatio: number;
  readonly transformerVA: number;
  readonly noLoadLossW: number;
  /** At rated load. */
  readonly loadLossW: number;
}

export interface Feeder {
  readonly ratings: FeederRatings;
  breakerClosed: boolean;
  /** At the site, per unit of nominal. */
  voltagePu: number;
  lossesW: number;
  transformerTemperatureC: number;
  decayDtS: number;
  decay: number;
}

export function createFeeder(ratings: FeederRatings, ambientC: number): Feeder {
  return {
    ratings,
    breakerClosed: true,
    voltagePu: 1,
    lossesW: ratings.noLoadLossW,
    transformerTemperatureC: ambientC + idleWarmingC,
    decayDtS: Number.NaN,
    decay: 0,
  };
}

/**
 * One step with `powerW` and `reactivePowerVar` leaving the site, `sourcePu` the grid's own voltage. Export
 * lifts the voltage at the site and import lowers it: ΔV ≈ (R·P + X·Q) / V.
 */
export function stepFeeder(
  feeder: Feeder,
  dtS: number,
  powerW: number,
  reactivePowerVar: number,
  sourcePu: number,
  ambientC: number,
): void {
  const { ratings } = feeder;
  if (dtS !== feeder.decayDtS) {
    feeder.decayDtS = dtS;
    feeder.decay = Math.exp(-dtS / transformerTimeConstantS);
  }
  const resistancePerVA = 1 / (ratings.shortCircuitVA * Math.sqrt(1 + ratings.reactanceRatio * ratings.reactanceRatio));
  const risePu = resistancePerVA * (powerW + ratings.reactanceRatio * reactivePowerVar);
  const loading = apparentPowerVA(powerW, reactivePowerVar) / ratings.transformerVA;
  feeder.voltagePu = feeder.breakerClosed ? clamp(sourcePu + risePu, 0.5, 1.5) : 0;
  feeder.lossesW = feeder.breakerClosed ? ratings.noLoadLossW + ratings.loadLossW * loading * loading : 0;
  const targetC = ambientC + (feeder.breakerClosed ? idleWarmingC + loadWarmingC * loading * loading : 0);
  feeder.transformerTemperatureC = targetC + (feeder.transformerTemperatureC - targetC) * feeder.decay;
}

const idleWarmingC = 8;
const loadWarmingC = 42;
const transformerTimeConstantS = 9000;

/** The third side of the power triangle. */
export const apparentPowerVA = (powerW: number, reactivePowerVar: number): number =>
  Math.sqrt(powerW * powerW + reactivePowerVar * reactivePowerVar);

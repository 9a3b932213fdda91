import { forecastOfPastDays } from "./paths-of-days.ts";
import type { SeriesForecaster } from "./series-forecaster.ts";

const DAYS = 28;

/**
 * How much of a contracted frequency service is called upon, per unit of it: −1 charging in full .. 1 discharging in
 * full. Frequency remembers little, so every day of the last four weeks is an equally likely course, whole: energy
 * drifts for hours one way or the other, and that is what a battery must have room for.
 */
export const activation: SeriesForecaster = {
  name: "activation",
  forecast: (history, horizon) =>
    forecastOfPastDays(
      "activation",
      history,
      horizon,
      DAYS,
      () => 1,
      () => {},
    ),
};

export interface ActivationCurve {
  /** No response within so much of nominal frequency, Hz. */
  readonly deadbandHz: number;
  /** Full response from here on, Hz. */
  readonly fullAtHz: number;
}

/** What a service of a curve would have been called upon at measured deviations from nominal, Hz; low frequency discharges. */
export function activationOf(deviationsHz: Float64Array, { deadbandHz, fullAtHz }: ActivationCurve): Float64Array {
  return deviationsHz.map((deviation) => {
    const beyond = (Math.abs(deviation) - deadbandHz) / (fullAtHz - deadbandHz);
    return -Math.sign(deviation) * Math.min(1, Math.max(0, beyond));
  });
}

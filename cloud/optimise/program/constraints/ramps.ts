import { forEachStage, netPower, type PlanProgram } from "../plan-variables.ts";

const RAMP_PENALTY = 20_000;

/**
 * Power changes no faster from one interval to the next than the ramp allows:
 *
 *   −R h ≤ P_t − P_{t−1} ≤ R h      P = Σ_k d_k − c_k
 *
 * From the power at the start it is a preference, since a site may be found where no ramp reaches a limit in time.
 */
export function ramps(plan: PlanProgram): void {
  const { rampWPerS, powerWStart, intervalMs } = plan.problem;
  if (rampWPerS === undefined) return;
  const stepMW = (rampWPerS * intervalMs) / 1e9;
  forEachStage(plan, (s, t, stage, before) => {
    if (before !== undefined)
      plan.program.row(`ramp_${s}_${t}`, -stepMW, [...netPower(stage), ...netPower(before, -1)], stepMW);
    else if (powerWStart !== undefined) {
      const startMW = powerWStart / 1e6;
      plan.program.preference("ramp", 0, startMW - stepMW, netPower(stage), startMW + stepMW, RAMP_PENALTY);
    }
  });
}

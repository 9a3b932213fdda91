import { netPower, type PlanProgram } from "../plan-variables.ts";

/** Money per MW: what is promised comes before any price, but after what the battery can do. */
const SHORTFALL_PENALTY = 10_000;

/**
 * What was sold or bought already is delivered, as far as the battery can:
 *
 *   Σ_k d_kt − c_kt = P_t − short_t + over_t
 */
export function fixedCommitments(plan: PlanProgram): void {
  for (const { t, powerW } of plan.problem.commitments ?? []) {
    for (const [s, row] of plan.stages.entries()) {
      const stage = row[t];
      if (stage === undefined || (t === 0 && s > 0)) continue;
      const promisedMW = powerW / 1e6;
      plan.program.preference("commitment", t, promisedMW, netPower(stage), promisedMW, SHORTFALL_PENALTY);
    }
  }
}

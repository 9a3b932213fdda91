import type { PlanProgram } from "../plan-variables.ts";

const OVER_BUDGET_PENALTY = 5_000;

/**
 * Warranty counts what is discharged:
 *
 *   Σ_t Σ_k d_kt h ≤ N E
 *
 * A preference: commitments may need more, and then the plan says so.
 */
export function cycleBudget(plan: PlanProgram): void {
  const { cyclesMax } = plan.problem;
  if (cyclesMax === undefined) return;
  for (const row of plan.stages) {
    const discharged = row.flatMap(({ discharge }) => discharge.map((variable) => [plan.hours, variable] as const));
    const budgetMWh = cyclesMax * plan.windowMWh;
    plan.program.preference("cycle-budget", 0, Number.NEGATIVE_INFINITY, discharged, budgetMWh, OVER_BUDGET_PENALTY);
  }
}

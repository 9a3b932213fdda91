import { addWorth, type PlanProgram } from "../plan-variables.ts";

/**
 * What the market pays:
 *
 *   Σ_t p_t (Σ_k d_kt − c_kt) h + Σ_n π_nt r_nt h
 *
 * The auxiliary load is paid for whatever is planned, so it is not in the program but in the account of the plan.
 */
export function marketRevenue(plan: PlanProgram): void {
  const { problem, stages, hours } = plan;
  for (const [s, row] of stages.entries()) {
    for (const [t, { charge, discharge, reserves }] of row.entries()) {
      const price = problem.scenarios[s]?.prices[t] as number;
      for (const variable of discharge) addWorth(plan, s, variable, price * hours);
      for (const variable of charge) addWorth(plan, s, variable, -price * hours);
      for (const [n, variable] of reserves.entries())
        addWorth(plan, s, variable, (problem.reserves?.[n]?.prices[t] as number) * hours);
    }
  }
}

import type { PlanProgram } from "../plan-variables.ts";

/**
 * What is maximised, with w_s the weights and m_s the money of each scenario:
 *
 *   (1 − β) Σ_s w_s m_s + β CVaR_α      CVaR_α = max_z  z − 1/α Σ_s w_s (z − m_s)⁺
 *
 * the mean of the worst share α (Rockafellar and Uryasev). Without risk it is the mean.
 */
export function tailRisk(plan: PlanProgram): void {
  const { program, problem, worth } = plan;
  const { risk, scenarios } = problem;
  const weightOfMean = 1 - (risk?.weight ?? 0);
  for (const [s, { weight }] of scenarios.entries())
    for (const [variable, money] of worth[s] ?? []) program.reward(variable, weightOfMean * weight * money);
  if (risk === undefined || risk.weight === 0) return;
  const free = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  const quantile = program.variable("value-at-risk", ...free, risk.weight);
  for (const [s, { weight }] of scenarios.entries()) {
    const below = program.variable(`below_${s}`, 0, Number.POSITIVE_INFINITY, (-risk.weight * weight) / risk.tail);
    const money = [...(worth[s] ?? [])].map(([variable, by]) => [by, variable] as const);
    program.row(`tail_${s}`, 0, [[1, below], [-1, quantile], ...money], Number.POSITIVE_INFINITY);
  }
}

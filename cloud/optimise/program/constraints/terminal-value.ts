import { addWorth, type PlanProgram } from "../plan-variables.ts";

/**
 * What is left at the end is worth what a value function says, as the least of its tangents:
 *
 *   V ≤ v_i + s_i (e_T − e_i)   for each piece i of a concave V
 */
export function terminalValue(plan: PlanProgram): void {
  const points = plan.problem.terminalValue;
  if (points === undefined || points.length < 2) return;
  const { socMin, capacityWh } = plan.problem.battery;
  for (const [s, row] of plan.stored.entries()) {
    const value = plan.program.variable(`terminal_${s}`, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    for (let at = 1; at < points.length; at++) {
      const from = points[at - 1] as (typeof points)[number];
      const to = points[at] as (typeof points)[number];
      const fromMWh = ((from.soc - socMin) * capacityWh) / 1e6;
      const slope = (to.value - from.value) / (((to.soc - from.soc) * capacityWh) / 1e6);
      const last = row[plan.horizon - 1] as number;
      plan.program.row(
        `cut_${s}_${at}`,
        Number.NEGATIVE_INFINITY,
        [
          [1, value],
          [-slope, last],
        ],
        from.value - slope * fromMWh,
      );
    }
    addWorth(plan, s, value, 1);
  }
}

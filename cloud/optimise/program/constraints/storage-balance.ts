import type { PlanProgram } from "../plan-variables.ts";

/** Money per MWh and interval for being outside the window: above any price, below what a solver finds hard. */
const OUTSIDE_PENALTY = 50_000;

/**
 * What is stored follows what flows, and stays in its window:
 *
 *   e_t = e_{t−1} + Σ_k η_k c_kt h − Σ_k d_kt h / η_k        0 ≤ e_t ≤ E
 *
 * The balance is physics. The window is a preference, because a battery may be found outside it: a plan then starts
 * from where it is and comes back as fast as it can. Below empty and above full of the cells nothing goes.
 */
export function storageBalance(plan: PlanProgram): void {
  const { program, stages, stored, parts, hours, windowMWh, storedStartMWh, problem } = plan;
  const { socMin, socMax, capacityWh } = problem.battery;
  const bottomMWh = Math.min(storedStartMWh, (-socMin * capacityWh) / 1e6);
  const topMWh = Math.max(storedStartMWh, windowMWh + ((1 - socMax) * capacityWh) / 1e6);
  for (const [s, row] of stages.entries()) {
    for (const [t, { charge, discharge }] of row.entries()) {
      const after = stored[s]?.[t] as number;
      const before = t === 0 ? undefined : (stored[s]?.[t - 1] as number);
      const start = before === undefined ? storedStartMWh : 0;
      const flows = parts.flatMap(({ efficiencyIn, efficiencyOut }, k) => [
        [-efficiencyIn * hours, charge[k] as number] as const,
        [hours / efficiencyOut, discharge[k] as number] as const,
      ]);
      const terms = [[1, after] as const, ...(before === undefined ? [] : [[-1, before] as const]), ...flows];
      program.row(`balance_${s}_${t}`, start, terms, start);
      program.row(`cells_${s}_${t}`, bottomMWh, [[1, after]], topMWh);
      plan.outside[s]?.push(program.preference("soc-window", t, 0, [[1, after]], windowMWh, OUTSIDE_PENALTY));
    }
  }
}

import { addWorth, type PlanProgram } from "../plan-variables.ts";

/**
 * Wear, linear:  cost = Σ_t γ d_t h
 *
 * or by depth (Xu et al.): the store is split into parts from the top down, each with its own flows and cost,
 *
 *   e_jt = e_j,t−1 + in_jt − out_jt ,  0 ≤ e_jt ≤ E_j      Σ_j in_jt = Σ_k η_k c_kt h      Σ_j out_jt = Σ_k d_kt h / η_k
 *   cost = Σ_t Σ_j γ_j η out_jt
 *
 * Deeper parts cost more, so the best plan takes from the shallowest that holds energy, which is what a rainflow count
 * of the same path charges. At the start the deepest parts are full first.
 */
export function wear(plan: PlanProgram): void {
  const { problem, stages, hours } = plan;
  const { depthCosts, battery } = problem;
  if (depthCosts === undefined) {
    for (const [s, row] of stages.entries())
      for (const { discharge } of row)
        for (const variable of discharge) addWorth(plan, s, variable, -battery.costPerMWh * hours);
    return;
  }
  for (const s of stages.keys()) wearByDepth(plan, s);
}

function wearByDepth(plan: PlanProgram, s: number): void {
  const { program, problem, windowMWh, storedStartMWh, parts, hours } = plan;
  const depthCosts = problem.depthCosts ?? [];
  let restMWh = Math.max(0, Math.min(windowMWh, storedStartMWh));
  const startMWh = depthCosts.map(() => 0);
  for (let j = depthCosts.length - 1; j >= 0; j--) {
    startMWh[j] = Math.min(restMWh, (depthCosts[j]?.share ?? 0) * windowMWh);
    restMWh -= startMWh[j] as number;
  }
  let before: readonly number[] | undefined;
  for (const [t, { charge, discharge }] of (plan.stages[s] ?? []).entries()) {
    const made = depthCosts.map(({ share, costPerMWh }, j) => {
      const part = {
        stored: program.variable(`depth_${s}_${t}_${j}`, 0, share * windowMWh),
        flowIn: program.variable(`depth-in_${s}_${t}_${j}`, 0, Number.POSITIVE_INFINITY),
        flowOut: program.variable(`depth-out_${s}_${t}_${j}`, 0, Number.POSITIVE_INFINITY),
      };
      addWorth(plan, s, part.flowOut, -costPerMWh * problem.battery.efficiencyDischarge);
      const start = before === undefined ? (startMWh[j] as number) : 0;
      const flows = [[1, part.stored] as const, [-1, part.flowIn] as const, [1, part.flowOut] as const];
      const held = before === undefined ? [] : [[-1, before[j] as number] as const];
      program.row(`depth-balance_${s}_${t}_${j}`, start, [...flows, ...held], start);
      return part;
    });
    const filled = parts.map(({ efficiencyIn }, k) => [-efficiencyIn * hours, charge[k] as number] as const);
    const emptied = parts.map(({ efficiencyOut }, k) => [-hours / efficiencyOut, discharge[k] as number] as const);
    program.row(`depth-filled_${s}_${t}`, 0, [...made.map(({ flowIn }) => [1, flowIn] as const), ...filled], 0);
    program.row(`depth-emptied_${s}_${t}`, 0, [...made.map(({ flowOut }) => [1, flowOut] as const), ...emptied], 0);
    before = made.map(({ stored }) => stored);
  }
}

import type { PlanProgram } from "../plan-variables.ts";

/**
 * A reserve is only worth what it can deliver for as long as its rules say, and it must be there at both ends of its
 * interval:
 *
 *   Σ_up (T_n / η) r_nt ≤ e_{t−1}⁺ , e_t⁺      Σ_down T_n η r_nt ≤ (E − e_{t−1})⁺ , (E − e_t)⁺
 *
 * A store found outside its window has nothing on that side, not less than nothing.
 */
export function reserveDuration(plan: PlanProgram): void {
  const { program, problem, stages, stored, parts, windowMWh, storedStartMWh } = plan;
  const reserves = problem.reserves ?? [];
  if (reserves.length === 0) return;
  const worstOut = Math.min(...parts.map(({ efficiencyOut }) => efficiencyOut));
  const bestIn = Math.max(...parts.map(({ efficiencyIn }) => efficiencyIn));
  const low = Number.NEGATIVE_INFINITY;
  const startMWh = Math.max(0, Math.min(windowMWh, storedStartMWh));
  for (const [s, row] of stages.entries()) {
    for (const [t, stage] of row.entries()) {
      const needs = (direction: "up" | "down", perHour: number) =>
        reserves.flatMap((reserve, n) =>
          reserve.direction === direction
            ? [[(reserve.durationMs / 3_600_000) * perHour, stage.reserves[n] as number] as const]
            : [],
        );
      const up = needs("up", 1 / worstOut);
      const down = needs("down", bestIn);
      for (const end of t === 0 ? [t] : [t - 1, t]) {
        const held = stored[s]?.[end] as number;
        const { short, over } = plan.outside[s]?.[end] ?? {};
        const missing = short === undefined ? [] : [[-1, short] as const];
        const surplus = over === undefined ? [] : [[-1, over] as const];
        if (up.length > 0) program.row(`up_${s}_${t}_${end}`, low, [...up, [-1, held], ...missing], 0);
        if (down.length > 0) program.row(`down_${s}_${t}_${end}`, low, [...down, [1, held], ...surplus], windowMWh);
      }
      if (t > 0) continue;
      if (up.length > 0) program.row(`up_${s}_start`, low, up, startMWh);
      if (down.length > 0) program.row(`down_${s}_start`, low, down, windowMWh - startMWh);
    }
  }
}

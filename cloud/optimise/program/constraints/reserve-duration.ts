import type { PlanProgram } from "../plan-variables.ts";

/**
 * A reserve is only worth what it can deliver for as long as its rules say, and it must be there at both ends of its
 * interval:
 *
 *   Σ_up (T_n / η) r_nt ≤ e_{t−1} , e_t      Σ_down T_n η r_nt ≤ E − e_{t−1} , E − e_t
 */
export function reserveDuration(plan: PlanProgram): void {
  const { program, problem, stages, stored, parts, windowMWh, storedStartMWh } = plan;
  const reserves = problem.reserves ?? [];
  if (reserves.length === 0) return;
  const worstOut = Math.min(...parts.map(({ efficiencyOut }) => efficiencyOut));
  const bestIn = Math.max(...parts.map(({ efficiencyIn }) => efficiencyIn));
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
      const after = stored[s]?.[t] as number;
      const before = t === 0 ? undefined : (stored[s]?.[t - 1] as number);
      const low = Number.NEGATIVE_INFINITY;
      if (up.length > 0) {
        program.row(`up-after_${s}_${t}`, low, [...up, [-1, after]], 0);
        if (before === undefined) program.row(`up-before_${s}_${t}`, low, up, startMWh);
        else program.row(`up-before_${s}_${t}`, low, [...up, [-1, before]], 0);
      }
      if (down.length > 0) {
        program.row(`down-after_${s}_${t}`, low, [...down, [1, after]], windowMWh);
        if (before === undefined) program.row(`down-before_${s}_${t}`, low, down, windowMWh - startMWh);
        else program.row(`down-before_${s}_${t}`, low, [...down, [1, before]], windowMWh);
      }
    }
  }
}

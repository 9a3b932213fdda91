import { forEachStage, netPower, type PlanProgram } from "../plan-variables.ts";

const BEYOND_PENALTY = 100_000;

/**
 * What the connection lets through, auxiliary load included, reserves called or not:
 *
 *   Σ_k d_k − c_k + Σ_up r ≤ min(P_out, export + aux)      Σ_k c_k − d_k + Σ_down r ≤ min(P_in, import − aux)
 *
 * With nothing moving, an auxiliary load above the import limit breaks it; that is named, not called infeasible.
 */
export function connection(plan: PlanProgram): void {
  const { battery, reserves = [] } = plan.problem;
  const { importWMax, exportWMax, auxiliaryW, powerWMaxCharge, powerWMaxDischarge } = battery;
  const outMW = Math.min(powerWMaxDischarge, (exportWMax ?? Number.POSITIVE_INFINITY) + auxiliaryW) / 1e6;
  const inMW = Math.min(powerWMaxCharge, (importWMax ?? Number.POSITIVE_INFINITY) - auxiliaryW) / 1e6;
  forEachStage(plan, (s, t, stage) => {
    const called = (direction: "up" | "down") =>
      reserves.flatMap((reserve, n) =>
        reserve.direction === direction ? [[1, stage.reserves[n] as number] as const] : [],
      );
    plan.program.row(`out_${s}_${t}`, Number.NEGATIVE_INFINITY, [...netPower(stage), ...called("up")], outMW);
    const drawn = [...netPower(stage, -1), ...called("down")];
    if (inMW >= 0) plan.program.row(`in_${s}_${t}`, Number.NEGATIVE_INFINITY, drawn, inMW);
    else plan.program.preference("connection", t, Number.NEGATIVE_INFINITY, drawn, inMW, BEYOND_PENALTY);
  });
}

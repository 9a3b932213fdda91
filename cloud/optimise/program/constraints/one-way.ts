import { powerLimits } from "../../battery.ts";
import { forEachStage, type PlanProgram } from "../plan-variables.ts";

/**
 * An interval charges or discharges, and fills the efficient part of its power range first:
 *
 *   Σ_k d_k ≤ P_out u      Σ_k c_k ≤ P_in (1 − u)      c_{k+1} ≤ w_{k+1} z_k ,  c_k ≥ w_k z_k      u, z ∈ {0, 1}
 *
 * At prices from zero on both follow by themselves: doing otherwise only wastes energy. Below zero wasting is paid
 * for, and a program without this would plan what no inverter can do. With reserves it is always asked for, since
 * running both ways could make room for them.
 */
export function oneWay(plan: PlanProgram): void {
  const { battery, scenarios, reserves = [] } = plan.problem;
  const { chargeWMax, dischargeWMax } = powerLimits(battery);
  forEachStage(plan, (s, t, { charge, discharge }) => {
    const prices =
      t === 0 ? scenarios.map((scenario) => scenario.prices[0] as number) : [scenarios[s]?.prices[t] as number];
    if (reserves.length === 0 && Math.min(...prices) >= 0) return;
    const { program, parts } = plan;
    const isOut = program.binary(`u_${s}_${t}`);
    const outMW = dischargeWMax / 1e6;
    const inMW = chargeWMax / 1e6;
    program.row(`out-way_${s}_${t}`, Number.NEGATIVE_INFINITY, [...sum(discharge), [-outMW, isOut]], 0);
    program.row(`in-way_${s}_${t}`, Number.NEGATIVE_INFINITY, [...sum(charge), [inMW, isOut]], inMW);
    for (const [variables, limitMW] of [
      [charge, inMW],
      [discharge, outMW],
    ] as const) {
      for (let k = 0; k + 1 < parts.length; k++) {
        const isFull = program.binary(`z_${s}_${t}_${k}`);
        const width = (parts[k]?.powerShare ?? 0) * limitMW;
        const next = (parts[k + 1]?.powerShare ?? 0) * limitMW;
        program.row(
          `fill_${s}_${t}_${k}`,
          0,
          [
            [1, variables[k] as number],
            [-width, isFull],
          ],
          Number.POSITIVE_INFINITY,
        );
        program.row(
          `then_${s}_${t}_${k}`,
          Number.NEGATIVE_INFINITY,
          [
            [1, variables[k + 1] as number],
            [-next, isFull],
          ],
          0,
        );
      }
    }
  });
}

const sum = (variables: readonly number[]) => variables.map((variable) => [1, variable] as const);

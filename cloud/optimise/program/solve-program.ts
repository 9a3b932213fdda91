import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import loadHighs, { type Highs } from "highs";
import type { LinearProgram } from "./linear-program.ts";

export interface Solved {
  /** Worth of the plan, penalties included. */
  readonly objective: number;
  /** One element a variable. */
  readonly values: Float64Array;
  /** False when time ran out first: the best plan found until then. */
  readonly isOptimal: boolean;
}

export interface SolveLimits {
  readonly timeLimitS: number;
  /** Share of the objective a mixed-integer plan may be away from the best. */
  readonly gap: number;
}

export const USUAL_LIMITS: SolveLimits = { timeLimitS: 20, gap: 1e-5 };

let loading: Promise<Highs> | undefined;

/** Solves with HiGHS in this thread, which it blocks: see {@link ProgramSolver} for a thread of its own. */
export async function solveProgram(
  program: Pick<LinearProgram, "toText" | "columns">,
  limits: SolveLimits = USUAL_LIMITS,
): Promise<Result<Solved, CodedError>> {
  return solveText(program.toText(), program.columns.length, limits);
}

export async function solveText(
  text: string,
  variables: number,
  { timeLimitS, gap }: SolveLimits,
): Promise<Result<Solved, CodedError>> {
  try {
    loading ??= loadHighs();
    const highs = await loading;
    const solution = highs.solve(text, { time_limit: timeLimitS, mip_rel_gap: gap, output_flag: false });
    const values = new Float64Array(variables);
    let isWhole = true;
    for (let at = 0; at < variables; at++) {
      const column = solution.Columns[`x${at}`];
      if (column === undefined) continue; // In no row and worth nothing: it stays at zero.
      if (!("Primal" in column) || !Number.isFinite(column.Primal)) isWhole = false;
      else values[at] = column.Primal;
    }
    const isOptimal = solution.Status === "Optimal";
    if (!isWhole || !(isOptimal || solution.Status === "Time limit reached"))
      return fail({ code: "optimise.no-plan", status: solution.Status });
    return ok({ objective: solution.ObjectiveValue, values, isOptimal });
  } catch (error) {
    loading = undefined; // A solver that aborted is not used again.
    return fail({ code: "optimise.solver-failed", reason: error instanceof Error ? error.message : String(error) });
  }
}

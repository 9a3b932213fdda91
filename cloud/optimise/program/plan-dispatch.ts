import { type CodedError, invariant, ok, type Result } from "@penstock/protocol/result";
import { connection } from "./constraints/connection.ts";
import { cycleBudget } from "./constraints/cycle-budget.ts";
import { fixedCommitments } from "./constraints/fixed-commitments.ts";
import { marketRevenue } from "./constraints/market-revenue.ts";
import { oneWay } from "./constraints/one-way.ts";
import { ramps } from "./constraints/ramps.ts";
import { reserveDuration } from "./constraints/reserve-duration.ts";
import { storageBalance } from "./constraints/storage-balance.ts";
import { tailRisk } from "./constraints/tail-risk.ts";
import { terminalValue } from "./constraints/terminal-value.ts";
import { wear } from "./constraints/wear.ts";
import type { DispatchProblem } from "./dispatch-problem.ts";
import type { LinearProgram } from "./linear-program.ts";
import { type PlanProgram, planVariables } from "./plan-variables.ts";
import type { Solved } from "./solve-program.ts";

/** The shelf: every family of constraints. Adding one is a file and a line. */
const CONSTRAINTS: readonly ((plan: PlanProgram) => void)[] = [
  storageBalance,
  connection,
  oneWay,
  reserveDuration,
  ramps,
  cycleBudget,
  fixedCommitments,
  terminalValue,
  wear,
  marketRevenue,
  tailRisk,
];

export interface DispatchPlan {
  /** Mean over the scenarios of sales, reserves and terminal value less purchases, wear and auxiliary load. Money. */
  readonly worth: number;
  /** The same of each scenario. */
  readonly worthByScenario: readonly number[];
  /** `[scenario][t]`, at the meter without auxiliary load, positive out. The first interval is the same in all. */
  readonly powerW: readonly Float64Array[];
  /** `[scenario][t]`, after each interval. */
  readonly soc: readonly Float64Array[];
  /** `[scenario][reserve][t]`. */
  readonly reserveW: readonly (readonly Float64Array[])[];
  /** Wishes the battery could not grant, worst first: what, when, and by how much in the unit of the constraint. */
  readonly broken: readonly { readonly cause: string; readonly t: number; readonly by: number }[];
  readonly isOptimal: boolean;
}

export type Solver = (program: LinearProgram) => Promise<Result<Solved, CodedError>>;

const SLACK_MIN = 1e-5;

/**
 * The best plan for a site under every constraint of the shelf. Physics always hold; a wish that cannot be granted is
 * broken as little as possible and named, so that there is a plan from any state the battery is found in.
 */
export async function planDispatch(problem: DispatchProblem, solve: Solver): Promise<Result<DispatchPlan, CodedError>> {
  const horizon = problem.scenarios[0]?.prices.length ?? 0;
  invariant(
    horizon > 0 && problem.scenarios.every(({ prices }) => prices.length === horizon),
    "scenarios are of one length, one interval at least",
  );
  const plan = planVariables(problem);
  for (const constrain of CONSTRAINTS) constrain(plan);
  const solved = await solve(plan.program);
  if (!solved.ok) return solved;
  return ok(readPlan(plan, solved.value));
}

function readPlan(plan: PlanProgram, { values, isOptimal }: Solved): DispatchPlan {
  const { problem, program, stages, stored, hours } = plan;
  const at = (variable: number): number => values[variable] as number;
  const sum = (variables: readonly number[]): number => variables.reduce((total, variable) => total + at(variable), 0);
  const { socMin, capacityWh, auxiliaryW } = problem.battery;
  const worthByScenario = plan.worth.map((book, s) => {
    const prices = problem.scenarios[s]?.prices ?? new Float64Array();
    const auxiliary = prices.reduce((total, price) => total + price, 0);
    return [...book].reduce(
      (total, [variable, money]) => total + money * at(variable),
      -auxiliary * hours * (auxiliaryW / 1e6),
    );
  });
  return {
    worth: worthByScenario.reduce((total, worth, s) => total + worth * (problem.scenarios[s]?.weight ?? 0), 0),
    worthByScenario,
    powerW: stages.map((row) =>
      Float64Array.from(row, ({ charge, discharge }) => (sum(discharge) - sum(charge)) * 1e6),
    ),
    soc: stored.map((row) => Float64Array.from(row, (variable) => socMin + (at(variable) * 1e6) / capacityWh)),
    reserveW: stages.map((row) =>
      (problem.reserves ?? []).map((_, n) => Float64Array.from(row, ({ reserves }) => at(reserves[n] as number) * 1e6)),
    ),
    broken: program.preferences
      .map(({ cause, t, slack }) => ({ cause, t, by: at(slack) }))
      .filter(({ by }) => by > SLACK_MIN)
      .sort((a, b) => b.by - a.by),
    isOptimal,
  };
}

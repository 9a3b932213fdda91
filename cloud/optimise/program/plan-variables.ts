import { powerLimits } from "../battery.ts";
import type { DispatchProblem } from "./dispatch-problem.ts";
import { LinearProgram, type Slacks, type Terms, type Variable } from "./linear-program.ts";

/** What is decided for one interval; MW at the battery, every one of them from zero up. */
export interface Stage {
  /** One for each part of the power range. */
  readonly charge: readonly Variable[];
  readonly discharge: readonly Variable[];
  readonly reserves: readonly Variable[];
}

/** A program for a problem with its variables made, and what the constraints need to know of it. */
export interface PlanProgram {
  readonly problem: DispatchProblem;
  readonly program: LinearProgram;
  readonly horizon: number;
  readonly hours: number;
  readonly parts: readonly {
    readonly powerShare: number;
    readonly efficiencyIn: number;
    readonly efficiencyOut: number;
  }[];
  /** `stages[s][t]`. The first interval is one and the same in every scenario: it is decided before they part. */
  readonly stages: readonly (readonly Stage[])[];
  /** `stored[s][t]`: MWh above the bottom of the window after interval t. */
  readonly stored: readonly (readonly Variable[])[];
  /** How far the store is outside its window after each interval, once it is known that it may be. */
  readonly outside: readonly Slacks[][];
  readonly windowMWh: number;
  readonly storedStartMWh: number;
  /** Money that a unit of a variable brings in one scenario. */
  readonly worth: readonly Map<Variable, number>[];
}

export function planVariables(problem: DispatchProblem): PlanProgram {
  const { battery, scenarios, reserves = [], efficiencies } = problem;
  const program = new LinearProgram();
  const horizon = scenarios[0]?.prices.length ?? 0;
  const { chargeWMax, dischargeWMax } = powerLimits(battery);
  const parts = efficiencies?.map(({ powerShare, efficiency }) => ({
    powerShare,
    efficiencyIn: efficiency,
    efficiencyOut: efficiency,
  })) ?? [{ powerShare: 1, efficiencyIn: battery.efficiencyCharge, efficiencyOut: battery.efficiencyDischarge }];
  const stageOf = (name: string): Stage => ({
    charge: parts.map(({ powerShare }, k) => program.variable(`c_${name}_${k}`, 0, (powerShare * chargeWMax) / 1e6)),
    discharge: parts.map(({ powerShare }, k) =>
      program.variable(`d_${name}_${k}`, 0, (powerShare * dischargeWMax) / 1e6),
    ),
    reserves: reserves.map((reserve) => program.variable(`r_${name}_${reserve.name}`, 0, reserve.powerWMax / 1e6)),
  });
  const first = stageOf("0");
  const stages = scenarios.map((_, s) =>
    Array.from({ length: horizon }, (__, t) => (t === 0 ? first : stageOf(`${s}_${t}`))),
  );
  const stored = scenarios.map((_, s) =>
    Array.from({ length: horizon }, (__, t) =>
      program.variable(`e_${s}_${t}`, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    ),
  );
  return {
    problem,
    program,
    horizon,
    hours: problem.intervalMs / 3_600_000,
    parts,
    stages,
    stored,
    windowMWh: ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6,
    storedStartMWh: ((problem.socStart - battery.socMin) * battery.capacityWh) / 1e6,
    outside: scenarios.map(() => []),
    worth: scenarios.map(() => new Map()),
  };
}

/** Power at the battery, positive out. */
export const netPower = ({ charge, discharge }: Stage, by = 1): Terms => [
  ...discharge.map((variable) => [by, variable] as const),
  ...charge.map((variable) => [-by, variable] as const),
];

export function addWorth({ worth }: PlanProgram, scenario: number, variable: Variable, money: number): void {
  const book = worth[scenario] as Map<Variable, number>;
  book.set(variable, (book.get(variable) ?? 0) + money);
}

/** Calls for every interval of every scenario, but only once for the first, which they share. */
export function forEachStage(
  plan: PlanProgram,
  visit: (scenario: number, t: number, stage: Stage, before: Stage | undefined) => void,
): void {
  for (const [s, stages] of plan.stages.entries())
    for (const [t, stage] of stages.entries()) if (s === 0 || t > 0) visit(s, t, stage, stages[t - 1]);
}

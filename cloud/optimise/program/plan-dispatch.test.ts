import { Rng } from "@penstock/protocol/rng";
import { hours, MW, MWh, minutes, W } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";
import type { Battery } from "../battery.ts";
import { perfectForesight } from "../perfect-foresight.ts";
import type { DispatchProblem, Reserve } from "./dispatch-problem.ts";
import { type DispatchPlan, planDispatch } from "./plan-dispatch.ts";
import { ProgramSolver } from "./program-solver.ts";
import { solveProgram } from "./solve-program.ts";

const battery: Battery = {
  capacityWh: MWh(2),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(1),
  powerWMaxDischarge: MW(1),
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 10,
  auxiliaryW: W(0),
};
const lossless: Battery = { ...battery, efficiencyCharge: 1, efficiencyDischarge: 1, costPerMWh: 0 };

function problem(prices: readonly number[], change: Partial<DispatchProblem> = {}): DispatchProblem {
  return {
    battery: lossless,
    intervalMs: hours(1),
    socStart: 0,
    scenarios: [{ weight: 1, prices: Float64Array.from(prices) }],
    ...change,
  };
}

async function plan(of: DispatchProblem): Promise<DispatchPlan> {
  const made = await planDispatch(of, solveProgram);
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  expect(made.value.isOptimal).toBe(true);
  return made.value;
}

const powersMW = (made: DispatchPlan, s = 0): number[] =>
  [...(made.powerW[s] ?? [])].map((w) => Math.round(w / 1e4) / 100);

test.each([
  // what                               prices             change                                                   powers MW        worth
  ["cheap then dear", [20, 80], {}, [-1, 1], 60],
  ["a weak export", [20, 80], { battery: { ...lossless, exportWMax: W(250_000) } }, [-0.25, 0.25], 15],
  ["auxiliary load is paid for", [20, 80], { battery: { ...lossless, auxiliaryW: W(100_000) } }, [-1, 1], 50],
  ["a ramp", [20, 80], { rampWPerS: 500_000 / 3600 }, [-0.25, 0.25], 15],
  ["a cycle budget", [20, 80, 20, 80], { cyclesMax: 0.75 }, undefined, 90],
  [
    "energy left is worth something",
    [20, 30],
    {
      terminalValue: [
        { soc: 0, value: 0 },
        { soc: 0.5, value: 50 },
        { soc: 1, value: 60 },
      ],
    },
    [-1, 0],
    30,
  ],
  [
    "what is sold is delivered",
    [20, 30, 80],
    { socStart: 0.5, commitments: [{ t: 1, powerW: MW(1) }] },
    [-1, 1, 1],
    90,
  ],
] as const)("%s", async (_, prices, change, powers, worth) => {
  const made = await plan(problem(prices, change as Partial<DispatchProblem>));
  if (powers !== undefined) expect(powersMW(made)).toEqual(powers);
  expect(made.worth).toBeCloseTo(worth, 4);
  expect(made.broken).toEqual([]);
});

describe("what cannot be granted is named, and the rest is still the best plan", () => {
  test.each([
    // what                                   change                                                       cause            by
    ["a promise of an empty battery", { commitments: [{ t: 0, powerW: MW(1) }] }, "commitment", 1],
    ["a promise above its power", { socStart: 1, commitments: [{ t: 0, powerW: MW(1.5) }] }, "commitment", 0.5],
    ["found below its window", { battery: { ...lossless, socMin: 0.6 }, socStart: 0.05 }, "soc-window", 0.1],
    ["found above its window", { battery: { ...lossless, socMax: 0.2 }, socStart: 1 }, "soc-window", 0.6],
    [
      "auxiliary load above the import",
      { battery: { ...lossless, importWMax: W(50_000), auxiliaryW: W(80_000) } },
      "connection",
      0.03,
    ],
    ["found at full power with a slow ramp", { socStart: 0, powerWStart: MW(1), rampWPerS: 50 }, "ramp", 0.82],
  ] as const)("%s", async (_, change, cause, by) => {
    const made = await plan(problem([50, 50], change as Partial<DispatchProblem>));
    expect(made.broken[0]).toMatchObject({ cause });
    expect(made.broken[0]?.by).toBeCloseTo(by, 2);
  });
});

const held = (direction: "up" | "down", durationHours: number, price = 10, horizon = 3): Reserve => ({
  name: direction,
  direction,
  prices: new Float64Array(horizon).fill(price),
  durationMs: hours(durationHours),
  powerWMax: MW(1),
});

test.each([
  // duration  stored   held MW
  [1, 0.25, 0.5],
  [0.5, 0.25, 1],
  [4, 1, 0.5],
  [1, 0, 0],
])("upward reserve for %d h with %d of the store is %d MW", async (durationHours, socStart, heldMW) => {
  const flat = problem([50], {
    socStart,
    reserves: [held("up", durationHours, 10, 1)],
    battery: { ...lossless, costPerMWh: 100 },
  });
  const made = await plan(flat);
  expect((made.reserveW[0]?.[0]?.[0] ?? Number.NaN) / 1e6).toBeCloseTo(heldMW, 5);
});

test("energy and reserve share the power: selling at 80 leaves none to hold at 10, holding at 100 sells none", async () => {
  const dear = await plan(problem([80], { socStart: 1, reserves: [held("up", 0.25, 10, 1)] }));
  expect(powersMW(dear)).toEqual([1]);
  expect(dear.reserveW[0]?.[0]?.[0]).toBeCloseTo(0, 3);
  const worthHolding = await plan(problem([80], { socStart: 1, reserves: [held("up", 0.25, 100, 1)] }));
  expect(worthHolding.reserveW[0]?.[0]?.[0]).toBeCloseTo(1e6, 0);
});

test("losses that grow with power make it spread the work; wear by depth makes it stay near full", async () => {
  const efficiencies = [
    { powerShare: 0.5, efficiency: 0.95 },
    { powerShare: 0.5, efficiency: 0.2 },
  ];
  const spread = await plan(problem([20, 20, 80, 80], { battery: { ...battery, costPerMWh: 0 }, efficiencies }));
  const [first = 0, second = 0, third = 0, fourth = 0] = powersMW(spread);
  expect([first, second]).toEqual([-0.5, -0.5]);
  expect(third + fourth).toBeCloseTo(0.9025, 2);
  expect(Math.max(third, fourth)).toBeLessThanOrEqual(0.5);
  const depthCosts = [
    { share: 0.3, costPerMWh: 5 },
    { share: 0.7, costPerMWh: 500 },
  ];
  const shallow = await plan(problem([80, 80], { socStart: 1, depthCosts }));
  expect(shallow.soc[0]?.[1]).toBeCloseTo(0.7, 6);
});

test.each([
  1, 2, 3,
])("the exact dynamic program is within 0.1 %% of it, negative prices and all (seed %d)", async (seed) => {
  const rng = new Rng(`gap-${seed}`);
  const prices = Float64Array.from({ length: 48 }, () =>
    rng.chance(0.3) ? rng.between(-200, 0) : rng.exponential(90),
  );
  const which = { ...battery, costPerMWh: rng.between(0, 30) };
  const socStart = rng.uniform();
  const program = await plan({ battery: which, intervalMs: minutes(30), socStart, scenarios: [{ weight: 1, prices }] });
  const exact = perfectForesight({ battery: which, intervalMs: minutes(30), prices, socStart });
  expect(exact.revenue).toBeLessThanOrEqual(program.worth * (1 + 1e-4));
  expect(exact.revenue).toBeGreaterThan(program.worth * 0.999);
});

describe("under uncertainty", () => {
  const scenarios = [
    { weight: 0.5, prices: Float64Array.of(40, 20) },
    { weight: 0.5, prices: Float64Array.of(40, 100) },
  ];

  test("the first interval is one decision, the later ones follow the price", async () => {
    const made = await plan(problem([], { scenarios, socStart: 0.5 }));
    expect(made.powerW[0]?.[0]).toBe(made.powerW[1]?.[0]);
    // Waiting brings 60 on average, selling now 40.
    expect(powersMW(made, 0)).toEqual([0, 1]);
    expect(made.worth).toBeCloseTo(60, 6);
    expect(made.worthByScenario).toEqual([expect.closeTo(20, 6), expect.closeTo(100, 6)]);
  });

  test("who minds the worst half more than the mean sells now", async () => {
    const made = await plan(problem([], { scenarios, socStart: 0.5, risk: { tail: 0.5, weight: 0.9 } }));
    expect(powersMW(made, 0)[0]).toBe(1);
    expect(Math.min(...made.worthByScenario)).toBeCloseTo(40, 6);
  });
});

test("a plan from any state breaks no physics (10 random sites)", async () => {
  const rng = new Rng("any");
  const solver = new ProgramSolver();
  for (let round = 0; round < 10; round++) {
    const horizon = rng.integer(1, 12);
    const which: Battery = {
      ...battery,
      socMin: rng.between(0, 0.3),
      socMax: rng.between(0.5, 1),
      ...(rng.chance(0.5) && { exportWMax: W(rng.between(0, 1.5e6)), importWMax: W(rng.between(0, 1.5e6)) }),
      auxiliaryW: W(rng.between(0, 1e5)),
    };
    const made = await planDispatch(
      {
        battery: which,
        intervalMs: minutes(30),
        socStart: rng.uniform(),
        powerWStart: W(rng.between(-1e6, 1e6)),
        scenarios: [{ weight: 1, prices: Float64Array.from({ length: horizon }, () => rng.between(-100, 300)) }],
        rampWPerS: rng.pick([50, 500, 50_000]),
        cyclesMax: rng.between(0, 1),
        commitments: rng.chance(0.5) ? [{ t: 0, powerW: W(rng.between(-2e6, 2e6)) }] : [],
        ...(rng.chance(0.5) && { reserves: [held("up", 0.5, 8, horizon), held("down", 0.5, 4, horizon)] }),
      },
      (program) => solver.solve(program),
    );
    if (!made.ok) throw new Error(`round ${round}: ${JSON.stringify(made.error)}`);
    for (const [t, powerW] of (made.value.powerW[0] ?? new Float64Array()).entries()) {
      expect(powerW).toBeLessThanOrEqual(Math.min(1e6, (which.exportWMax ?? 1e9) + which.auxiliaryW) + 1);
      expect(-powerW).toBeLessThanOrEqual(1e6 + 1);
      expect(made.value.soc[0]?.[t]).toBeGreaterThan(-1e-6);
      expect(made.value.soc[0]?.[t]).toBeLessThan(1 + 1e-6);
    }
  }
  await solver.close();
});

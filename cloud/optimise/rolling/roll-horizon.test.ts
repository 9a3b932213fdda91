import { fail } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { hours, MW, MWh, minutes, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "../battery.ts";
import { perfectForesight } from "../perfect-foresight.ts";
import { planDispatch, type Solver } from "../program/plan-dispatch.ts";
import { solveProgram } from "../program/solve-program.ts";
import { planWindow, type WindowPlan, type WindowView } from "./plan-window.ts";
import { rollHorizon } from "./roll-horizon.ts";

const battery: Battery = {
  ...{ capacityWh: MWh(2), socMin: 0.05, socMax: 0.95, powerWMaxCharge: MW(1), powerWMaxDischarge: MW(1) },
  ...{ efficiencyCharge: 0.92, efficiencyDischarge: 0.92, costPerMWh: 10, auxiliaryW: W(0) },
};

/** A day with a dear evening, a noise, and now and then less than nothing. */
const pricesOf = (rng: Rng, count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, t) =>
    rng.chance(0.1) ? rng.between(-120, 0) : 60 + 40 * Math.sin((t / count) * 6) + 25 * rng.normal(),
  );

const viewOf = (prices: Float64Array, change: Partial<WindowView> = {}): WindowView => ({
  ...{ battery, intervalMs: hours(1), socStart: 0.5, scenarios: [{ weight: 1, prices }] },
  ...change,
});

/** Has the program asked where the dynamic program would do: a commitment far beyond the window changes nothing. */
const asProgram: Partial<WindowView> = { rampWPerS: 1e9 };

test("in every window the dynamic program and the mixed-integer program are within 0.1 % of each other", async () => {
  for (let seed = 0; seed < 10; seed++) {
    const rng = new Rng(`window-${seed}`);
    const prices = pricesOf(rng, 36);
    const change = { socStart: rng.between(0.05, 0.95) };
    const [byGrid, byProgram] = [
      await planWindow(viewOf(prices, change), 18, solveProgram),
      await planWindow(viewOf(prices, { ...change, ...asProgram }), 18, solveProgram),
    ];
    expect([byGrid.by, byProgram.by]).toEqual(["grid", "program"]);
    expect([byGrid.causes, byProgram.causes]).toEqual([[], []]);
    expect(Math.abs(byGrid.worth - byProgram.worth)).toBeLessThanOrEqual(0.001 * Math.abs(byProgram.worth));
  }
});

/** Moves energy as it really goes: what is not in store is not delivered. */
class Store {
  soc: number;
  readonly lossFactor: number;
  revenue = 0;
  readonly plans: WindowPlan[] = [];

  constructor(soc: number, lossFactor = 1) {
    this.soc = soc;
    this.lossFactor = lossFactor;
  }

  do(plan: WindowPlan, price: number): void {
    this.plans.push(plan);
    const mwh = plan.powerW / 1e6;
    const cells = mwh > 0 ? mwh / battery.efficiencyDischarge : mwh * battery.efficiencyCharge;
    this.soc -= (cells * this.lossFactor) / (battery.capacityWh / 1e6);
    this.revenue += price * mwh - battery.costPerMWh * Math.max(0, mwh);
  }
}

test("rolled over four days with windows of twelve hours it earns what hindsight earns", async () => {
  const prices = pricesOf(new Rng("roll"), 96);
  const store = new Store(0.5);
  await rollHorizon({
    ...{ from: 0, to: 96, windowIntervals: 12, solve: solveProgram },
    see: (interval) => viewOf(prices.slice(interval), { socStart: store.soc }),
    act: (interval, plan) => store.do(plan, prices[interval] ?? 0),
  });
  const best = perfectForesight({ battery, intervalMs: hours(1), prices, socStart: 0.5 }).revenue;
  expect(store.plans).toHaveLength(96);
  expect(store.revenue).toBeGreaterThan(0.999 * best);
  expect(store.soc).toBeGreaterThan(battery.socMin - 1e-3);
});

test("from wherever the battery is found there is a plan, and it says what is wrong", async () => {
  const prices = pricesOf(new Rng("lost"), 48);
  // It loses a fifth more than anybody knows: every look finds it elsewhere than the plan before had it.
  const store = new Store(0.99, 1.2);
  await rollHorizon({
    ...{ from: 0, to: 24, windowIntervals: 12, solve: solveProgram },
    see: (interval) => viewOf(prices.slice(interval), { socStart: store.soc }),
    act: (interval, plan) => store.do(plan, prices[interval] ?? 0),
  });
  expect(store.plans[0]?.causes).toMatchObject([{ cause: "soc-above", t: 0 }]);
  expect(store.plans[0]?.powerW).toBeGreaterThan(0);
  for (const { powerW } of store.plans) expect(Math.abs(powerW)).toBeLessThanOrEqual(MW(1));
});

test.each<[number, number, number, string | undefined]>([
  // promised MW in the first hour   state of charge   what it does   why not
  [0.5, 0.5, 0.5, undefined],
  [-0.4, 0.5, -0.4, undefined],
  [1, 0.25, 0.368, "commitment"], // 0.4 MWh above empty are 0.368 at the meter
])("%d MW sold for now from %d: %d MW, %s", async (promisedMW, socStart, doesMW, cause) => {
  const commitments = [{ t: 0, powerW: MW(promisedMW) }];
  const view = viewOf(pricesOf(new Rng("sold"), 24), { socStart, commitments });
  const fails: Solver = async () => fail({ code: "optimise.solver-failed" });
  for (const [solve, by, also] of [
    [solveProgram, "program", []],
    [fails, "grid", ["optimise.solver-failed"]],
  ] as const) {
    const plan = await planWindow(view, 12, solve);
    expect(plan.by).toBe(by);
    expect(plan.powerW / 1e6).toBeCloseTo(doesMW, 3);
    expect(plan.causes.map((each) => each.cause)).toEqual([...also, ...(cause === undefined ? [] : [cause])]);
  }
});

test("a reserve that pays is kept ready where energy does not pay more, with what must be in store for it", async () => {
  const flat = Float64Array.from({ length: 24 }, () => 50);
  const reserve = {
    ...{ name: "ECRS", direction: "up" as const, durationMs: hours(1), powerWMax: MW(1) },
    prices: Float64Array.from({ length: 24 }, () => 8),
  };
  const plan = await planWindow(viewOf(flat, { reserves: [reserve], intervalMs: minutes(60) }), 12, solveProgram);
  // 0.9 MWh above empty, 0.828 at the meter, for an hour.
  expect((plan.reserveW[0] ?? 0) / 1e6).toBeCloseTo(0.828, 2);
  expect(plan.causes).toEqual([]);
});

test("the worth of a plan with the program's own figures: the same problem asked directly", async () => {
  const prices = pricesOf(new Rng("direct"), 12);
  const view = viewOf(prices, { ...asProgram, socStart: 0.3 });
  const [rolled, direct] = [
    await planWindow(view, 12, solveProgram),
    await planDispatch({ ...view, scenarios: view.scenarios }, solveProgram),
  ];
  if (!direct.ok) throw new Error(direct.error.code);
  expect(rolled.worth).toBeCloseTo(direct.value.worth, 6);
});

import type { Ms, W } from "@penstock/protocol/units";
import type { Battery } from "../battery.ts";
import type { Commitment, PriceScenario, Reserve } from "../program/dispatch-problem.ts";
import { planDispatch, type Solver } from "../program/plan-dispatch.ts";
import { ValueFunction } from "../value-function.ts";
import { bestFirstMove } from "./best-first-move.ts";

/** A site as it is found at the start of an interval, and what is known of the intervals from then on. */
export interface WindowView {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  /** As measured, inside its window or not. */
  readonly socStart: number;
  readonly powerWStart?: W;
  /** From this interval on. What lies beyond the window says what energy left in store is worth. */
  readonly scenarios: readonly PriceScenario[];
  readonly reserves?: readonly Reserve[];
  readonly rampWPerS?: number;
  /** Sold or bought already; `t` counts from this interval. */
  readonly commitments?: readonly Commitment[];
}

/** What to do in the interval at hand. There always is one. */
export interface WindowPlan {
  /** At the meter, positive out. */
  readonly powerW: W;
  /** Kept ready, by the order of the view's reserves. */
  readonly reserveW: readonly W[];
  /** Of the whole window with what is left in store after it, money. */
  readonly worth: number;
  /** `grid`: the dynamic program, where prices alone count. `program`: HiGHS. */
  readonly by: "grid" | "program";
  /** What could not be granted, or why the plan is not the best there is; empty for a plan that is. */
  readonly causes: readonly PlanCause[];
}

export interface PlanCause {
  /** `commitment`, `soc-below`, `solver-failed`, … */
  readonly cause: string;
  /** The interval it is about, counted from this one. */
  readonly t: number;
  /** In the unit of what was wished; absent where nothing is measured. */
  readonly by?: number;
}

/**
 * The plan of a rolling horizon for one interval:
 *
 *   max  worth of the window from the true state + V(what is left)     V from the prices after the window
 *
 * Where prices alone count it is the exact dynamic program; reserves, ramps and commitments go to the mixed-integer
 * program. When that has no answer the dynamic program's stands, with commitments kept as far as the battery goes, and
 * the plan says so.
 */
export async function planWindow(view: WindowView, intervals: number, solve: Solver): Promise<WindowPlan> {
  const { battery, intervalMs, scenarios, reserves = [], commitments = [], rampWPerS } = view;
  const window = scenarios.map(({ weight, prices }) => ({ weight, prices: prices.slice(0, intervals) }));
  const after = valueAfter(view, intervals);
  const outside = outsideOf(view);
  const arePricesAlone = reserves.length === 0 && commitments.length === 0 && rampWPerS === undefined;
  if (arePricesAlone) return byGrid(view, window, after, outside);
  const planned = await planDispatch(
    {
      ...{ battery, intervalMs, socStart: view.socStart, scenarios: window },
      reserves: reserves.map((reserve) => ({ ...reserve, prices: reserve.prices.slice(0, intervals) })),
      commitments: commitments.filter(({ t }) => t < intervals),
      ...(rampWPerS !== undefined && { rampWPerS }),
      ...(view.powerWStart !== undefined && { powerWStart: view.powerWStart }),
      terminalValue: after,
    },
    solve,
  );
  if (!planned.ok) return kept(byGrid(view, window, after, [...outside, { cause: planned.error.code, t: 0 }]), view);
  const { powerW, reserveW, worth, broken, isOptimal } = planned.value;
  return {
    powerW: Math.round(powerW[0]?.[0] ?? 0) as W,
    reserveW: reserves.map((_, n) => Math.floor(reserveW[0]?.[n]?.[0] ?? 0) as W),
    worth,
    by: "program",
    causes: [...broken, ...(isOptimal ? [] : [{ cause: "not-proven-best", t: 0 }])],
  };
}

type TerminalValue = readonly { readonly soc: number; readonly value: number }[];

/** Nothing where no price beyond the window is known. */
function valueAfter({ battery, intervalMs, scenarios }: WindowView, intervals: number): TerminalValue {
  const tails = scenarios.map(({ weight, prices }) => ({ weight, prices: prices.slice(intervals) }));
  const horizon = Math.min(...tails.map(({ prices }) => prices.length));
  const beyond = new ValueFunction({
    battery,
    intervalMs,
    scenarios: tails.map(({ weight, prices }) => ({ weight, prices: prices.slice(0, horizon) })),
    gridPoints: TERMINAL_POINTS,
  });
  const { socMin, socMax } = battery;
  return Array.from(beyond.valuesAt(0), (value, at) => ({
    soc: socMin + ((socMax - socMin) * at) / (TERMINAL_POINTS - 1),
    value,
  }));
}

function byGrid(
  { battery, intervalMs, socStart, reserves = [] }: WindowView,
  window: readonly PriceScenario[],
  after: TerminalValue,
  causes: readonly PlanCause[],
): WindowPlan {
  const value = new ValueFunction({
    ...{ battery, intervalMs, scenarios: window, gridPoints: GRID_POINTS },
    terminalValue: Float64Array.from({ length: GRID_POINTS }, (_, at) => valueBetween(after, at / (GRID_POINTS - 1))),
  });
  // Which scenario it is, is known only once the interval has cleared: it acts on their mean.
  const price = window.reduce((sum, { weight, prices }) => sum + weight * (prices[0] ?? 0), 0);
  return {
    powerW: bestFirstMove(value, socStart, price),
    reserveW: reserves.map(() => 0 as W),
    worth: value.valueAt(0, socStart),
    by: "grid",
    causes,
  };
}

/** A share 0..1 of the window, on evenly spaced points. */
function valueBetween(points: TerminalValue, share: number): number {
  const position = share * (points.length - 1);
  const below = Math.min(Math.floor(position), points.length - 2);
  const [low, high] = [points[below]?.value ?? 0, points[below + 1]?.value ?? 0];
  return low + (high - low) * (position - below);
}

function outsideOf({ battery, socStart }: WindowView): readonly PlanCause[] {
  if (socStart < battery.socMin - CLOSE) return [{ cause: "soc-below", t: 0, by: battery.socMin - socStart }];
  if (socStart > battery.socMax + CLOSE) return [{ cause: "soc-above", t: 0, by: socStart - battery.socMax }];
  return [];
}

/** Without the program's help at least what is promised for now is done, as far as power and energy go. */
function kept(plan: WindowPlan, { battery, intervalMs, socStart, commitments = [] }: WindowView): WindowPlan {
  const promised = commitments.find(({ t }) => t === 0);
  if (promised === undefined) return plan;
  const hours = intervalMs / 3_600_000;
  const storedWh = Math.max(0, socStart - battery.socMin) * battery.capacityWh;
  const roomWh = Math.max(0, battery.socMax - socStart) * battery.capacityWh;
  const mostW = Math.min(battery.powerWMaxDischarge, (storedWh * battery.efficiencyDischarge) / hours);
  const leastW = -Math.min(battery.powerWMaxCharge, roomWh / battery.efficiencyCharge / hours);
  const powerW = Math.round(Math.min(mostW, Math.max(leastW, promised.powerW))) as W;
  const missingMW = Math.abs(promised.powerW - powerW) / 1e6;
  const missed = missingMW > CLOSE ? [{ cause: "commitment", t: 0, by: missingMW }] : [];
  return { ...plan, powerW, causes: [...plan.causes, ...missed] };
}

/** Twice the exactness asked for: the grid's own error is under a twentieth of a per cent. */
const GRID_POINTS = 801;
const TERMINAL_POINTS = 41;
const CLOSE = 1e-6;

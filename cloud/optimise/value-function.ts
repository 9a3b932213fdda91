import { invariant } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import { type Battery, storedEnergyMoves } from "./battery.ts";
import { cellsDearerThan } from "./cells-dearer-than.ts";

/** One set of prices to be ready for, one element an interval, money per MWh at the meter. */
export interface WeightedPrices {
  readonly weight: number;
  readonly prices: Float64Array;
}

export interface ValueFunctionProblem {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  /** All of one length: the horizon. Weights sum to 1. */
  readonly scenarios: readonly WeightedPrices[];
  /** Points of the state of charge grid, both ends included. */
  readonly gridPoints: number;
  /** Worth of stored energy after the last interval, money, on the same grid; nothing when absent. */
  readonly terminalValue?: Float64Array;
  /** Worth of standing at a state of charge when an interval begins, money an interval, concave, on the same grid. */
  readonly holdingWorth?: Float64Array;
}

/**
 * What stored energy is worth, at the START of each interval, acting well from there on.
 *
 *   V_t(e) = Σ_s w_s max( max_{0≤x≤X} V_{t+1}(e+x) − p_st x/η_c ,  max_{0≤y≤Y} V_{t+1}(e−y) + (p_st − c) η_d y ) + G(e)
 *
 * x and y are stored energy into and out of the cells; X, Y what the power limits let through in an interval; an
 * interval either charges or discharges; G is what standing there is worth (`holding-worth.ts`). Scenarios are drawn anew each interval: the plan knows an interval's
 * price when it acts in it (a bid curve does) and nothing of the ones after.
 *
 * V_t is kept concave in e, so that marginals never increase with the state of charge and curves made of them
 * ascend. It is concave of itself but where prices are so far below zero that burning energy pays; there its
 * concave hull stands in, which differs by less than an interval's energy.
 */
export class ValueFunction {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  readonly horizon: number;
  readonly gridPoints: number;
  /** Row t is V_t on the grid, money; row `horizon` is the terminal value. */
  readonly #values: Float64Array;
  readonly #bottomMWh: number;
  readonly #stepMWh: number;

  constructor(problem: ValueFunctionProblem) {
    const { battery, intervalMs, scenarios, gridPoints, terminalValue, holdingWorth } = problem;
    const horizon = scenarios[0]?.prices.length ?? 0;
    invariant(gridPoints >= 2 && scenarios.length > 0, "a value function needs a grid and prices");
    invariant(
      scenarios.every((scenario) => scenario.prices.length === horizon),
      "scenarios are of one length",
    );
    this.battery = battery;
    this.intervalMs = intervalMs;
    this.horizon = horizon;
    this.gridPoints = gridPoints;
    this.#bottomMWh = (battery.socMin * battery.capacityWh) / 1e6;
    this.#stepMWh = ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6 / (gridPoints - 1);
    this.#values = new Float64Array((horizon + 1) * gridPoints);
    if (terminalValue !== undefined) {
      invariant(terminalValue.length === gridPoints, "a terminal value is on the same grid");
      this.#values.set(terminalValue, horizon * gridPoints);
    }
    invariant(holdingWorth === undefined || holdingWorth.length === gridPoints, "holding worth is on the same grid");
    this.#solve(scenarios, holdingWorth);
  }

  /** Worth at the start of interval `t` (or after the last one, `t = horizon`) of a state of charge, money. */
  valueAt(t: number, soc: number): number {
    const { position, row } = this.#locate(t, soc);
    const below = Math.min(Math.floor(position), this.gridPoints - 2);
    const low = this.#values[row + below] as number;
    return low + ((this.#values[row + below + 1] as number) - low) * (position - below);
  }

  /** Worth of one more MWh stored, in each of the `gridPoints - 1` cells of the grid from empty to full. */
  marginalValue(t: number): Float64Array {
    const row = t * this.gridPoints;
    return Float64Array.from(
      { length: this.gridPoints - 1 },
      (_, cell) => ((this.#values[row + cell + 1] as number) - (this.#values[row + cell] as number)) / this.#stepMWh,
    );
  }

  /** Row `t`, to end another horizon with. */
  valuesAt(t: number): Float64Array {
    return this.#values.slice(t * this.gridPoints, (t + 1) * this.gridPoints);
  }

  /** Where on the grid a state of charge lies, 0 to `gridPoints - 1`; outside its window it is at the nearer end. */
  positionOf(soc: number): number {
    const storedMWh = (soc * this.battery.capacityWh) / 1e6;
    return Math.max(0, Math.min(this.gridPoints - 1, (storedMWh - this.#bottomMWh) / this.#stepMWh));
  }

  /** Stored energy between two points of the grid, MWh. */
  get stepMWh(): number {
    return this.#stepMWh;
  }

  #locate(t: number, soc: number): { position: number; row: number } {
    invariant(t >= 0 && t <= this.horizon, "a value function is asked inside its horizon");
    return { position: this.positionOf(soc), row: t * this.gridPoints };
  }

  #solve(scenarios: readonly WeightedPrices[], holdingWorth: Float64Array | undefined): void {
    const points = this.gridPoints;
    const moves = storedEnergyMoves(this.battery, this.intervalMs);
    const auxiliaryMWh = ((this.battery.auxiliaryW / 1e6) * this.intervalMs) / 3_600_000;
    const stage: Stage = {
      points,
      stepMWh: this.#stepMWh,
      inSteps: moves.inMWhMax / this.#stepMWh,
      outSteps: moves.outMWhMax / this.#stepMWh,
    };
    for (let t = this.horizon - 1; t >= 0; t--) {
      const now = this.#values.subarray(t * points, (t + 1) * points);
      const next = this.#values.subarray((t + 1) * points, (t + 2) * points);
      let isConcave = true;
      for (const { weight, prices } of scenarios) {
        const price = prices[t] as number;
        const buyPrice = price / this.battery.efficiencyCharge;
        const sellPrice = (price - this.battery.costPerMWh) * this.battery.efficiencyDischarge;
        if (buyPrice >= sellPrice) {
          addStage(stage, weight, buyPrice, sellPrice, next, now);
        } else {
          addStageThatBurns(stage, weight, buyPrice, sellPrice, next, now);
          isConcave = false;
        }
        addToAll(now, -weight * price * auxiliaryMWh);
      }
      if (!isConcave) takeConcaveHull(now);
      if (holdingWorth !== undefined)
        for (let i = 0; i < points; i++) now[i] = (now[i] as number) + (holdingWorth[i] as number);
    }
  }
}

interface Stage {
  readonly points: number;
  readonly stepMWh: number;
  /** Stored energy that can move in an interval, in steps of the grid. */
  readonly inSteps: number;
  readonly outSteps: number;
}

/**
 * One interval at one price, added to `now`. V_{t+1} is concave, so there is one level up to which charging pays
 * and one, not below it, down to which discharging pays; between them the battery rests.
 */
function addStage(
  { points, stepMWh, inSteps, outSteps }: Stage,
  weight: number,
  buyPrice: number,
  sellPrice: number,
  next: Float64Array,
  now: Float64Array,
): void {
  const buyStep = buyPrice * stepMWh;
  const sellStep = sellPrice * stepMWh;
  const chargeTo = cellsDearerThan(next, buyStep);
  const dischargeTo = Math.max(chargeTo, cellsDearerThan(next, sellStep));

  const atChargeTo = next[chargeTo] as number;
  for (let i = Math.max(0, Math.ceil(chargeTo - inSteps)); i < chargeTo; i++) {
    now[i] = (now[i] as number) + weight * (atChargeTo - buyStep * (chargeTo - i));
  }
  const wholeIn = Math.floor(inSteps);
  const partIn = inSteps - wholeIn;
  const payFull = buyStep * inSteps;
  for (let i = 0; i < Math.ceil(chargeTo - inSteps); i++) {
    const low = next[i + wholeIn] as number;
    const reached = partIn === 0 ? low : low + ((next[i + wholeIn + 1] as number) - low) * partIn;
    now[i] = (now[i] as number) + weight * (reached - payFull);
  }

  for (let i = chargeTo; i <= dischargeTo; i++) now[i] = (now[i] as number) + weight * (next[i] as number);

  const atDischargeTo = next[dischargeTo] as number;
  const lastPartial = Math.min(points - 1, Math.floor(dischargeTo + outSteps));
  for (let i = dischargeTo + 1; i <= lastPartial; i++) {
    now[i] = (now[i] as number) + weight * (atDischargeTo + sellStep * (i - dischargeTo));
  }
  const wholeOut = Math.floor(outSteps);
  const partOut = outSteps - wholeOut;
  const earnFull = sellStep * outSteps;
  for (let i = lastPartial + 1; i < points; i++) {
    const high = next[i - wholeOut] as number;
    const reached = partOut === 0 ? high : high + ((next[i - wholeOut - 1] as number) - high) * partOut;
    now[i] = (now[i] as number) + weight * (reached + earnFull);
  }
}

/** The same where the price is so negative that both charging and discharging can beat rest: the better of the two. */
function addStageThatBurns(
  { points, stepMWh, inSteps, outSteps }: Stage,
  weight: number,
  buyPrice: number,
  sellPrice: number,
  next: Float64Array,
  now: Float64Array,
): void {
  const buyStep = buyPrice * stepMWh;
  const sellStep = sellPrice * stepMWh;
  const chargeTo = cellsDearerThan(next, buyStep);
  const dischargeTo = cellsDearerThan(next, sellStep);
  for (let i = 0; i < points; i++) {
    const up = Math.min(inSteps, Math.max(0, chargeTo - i));
    const down = Math.min(outSteps, Math.max(0, i - dischargeTo));
    const charged = valueAtPosition(next, i + up) - buyStep * up;
    const discharged = valueAtPosition(next, i - down) + sellStep * down;
    now[i] = (now[i] as number) + weight * Math.max(charged, discharged);
  }
}

function valueAtPosition(values: Float64Array, position: number): number {
  const below = Math.min(Math.floor(position), values.length - 2);
  const low = values[below] as number;
  return low + ((values[below + 1] as number) - low) * (position - below);
}

function addToAll(values: Float64Array, amount: number): void {
  if (amount === 0) return;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + amount;
}

/** The least concave function above the values: chords over its dents. */
function takeConcaveHull(values: Float64Array): void {
  const hull: number[] = [];
  const slope = (from: number, to: number): number => ((values[to] as number) - (values[from] as number)) / (to - from);
  for (let i = 0; i < values.length; i++) {
    while (hull.length >= 2 && slope(hull.at(-2) as number, hull.at(-1) as number) <= slope(hull.at(-1) as number, i)) {
      hull.pop();
    }
    hull.push(i);
  }
  for (let k = 1; k < hull.length; k++) {
    const from = hull[k - 1] as number;
    const rise = slope(from, hull[k] as number);
    const base = values[from] as number;
    for (let i = from + 1; i < (hull[k] as number); i++) values[i] = base + rise * (i - from);
  }
}

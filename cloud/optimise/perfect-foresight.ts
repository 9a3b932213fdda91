import { invariant } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import { type Battery, storedEnergyMoves } from "./battery.ts";
import { cellsDearerThan } from "./cells-dearer-than.ts";

export interface HindsightProblem {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  /** What really cleared, money per MWh at the meter. */
  readonly prices: Float64Array;
  readonly socStart: number;
  /** Least state of charge to end with; the battery's minimum when absent. */
  readonly socEndMin?: number;
  /** Finer is closer to exact and slower in proportion. */
  readonly gridPoints?: number;
}

export interface HindsightPlan {
  /** Sales less purchases, less wear: what a battery that knew every price would have made. Money. */
  readonly revenue: number;
  /** At the meter, auxiliary load left out, positive out; one element an interval. */
  readonly powerW: Float64Array;
  /** State of charge at the START of each interval, and after the last one. */
  readonly soc: Float64Array;
}

/**
 * The best schedule for known prices, by dynamic programming over the state of charge:
 *
 *   V_t(e) = max( max_{0≤x≤X} V_{t+1}(e+x) − p_t x/η_c ,  max_{0≤y≤Y} V_{t+1}(e−y) + (p_t − c) η_d y )
 *
 * An interval either charges or discharges, which a linear program forgets at negative prices. V is linear between
 * grid points; where it is concave a stage goes to two levels, and elsewhere the maximum over a window is at a grid
 * point inside or at the window's end, a sliding maximum: either takes time in proportion to the grid. The plan is then walked forward and its
 * revenue counted from what it does, never from what the grid promised.
 */
export function perfectForesight(problem: HindsightProblem): HindsightPlan {
  const { battery, intervalMs, prices, socStart, socEndMin = battery.socMin, gridPoints = 601 } = problem;
  invariant(gridPoints >= 2, "a grid has at least two points");
  const grid = gridOf(battery, intervalMs, gridPoints);
  const rows = new CheckpointedRows(grid, prices, terminalRow(grid, battery, socEndMin));
  const powerW = new Float64Array(prices.length);
  const soc = new Float64Array(prices.length + 1);
  const hours = intervalMs / 3_600_000;
  let position = grid.positionOf(socStart);
  let revenue = 0;
  for (let t = 0; t < prices.length; t++) {
    soc[t] = grid.socOf(position);
    const price = prices[t] as number;
    const to = bestMove(grid, position, rows.after(t), buyStep(grid, price), sellStep(grid, price));
    const storedMWh = (to - position) * grid.stepMWh;
    const meterMWh = storedMWh > 0 ? -storedMWh / battery.efficiencyCharge : -storedMWh * battery.efficiencyDischarge;
    powerW[t] = (meterMWh / hours) * 1e6 + 0;
    revenue += price * meterMWh - Math.max(0, meterMWh) * battery.costPerMWh;
    revenue -= price * (battery.auxiliaryW / 1e6) * hours;
    position = to;
  }
  soc[prices.length] = grid.socOf(position);
  return { revenue, powerW, soc };
}

interface Grid {
  readonly points: number;
  readonly stepMWh: number;
  readonly inSteps: number;
  readonly outSteps: number;
  readonly battery: Battery;
  positionOf(soc: number): number;
  socOf(position: number): number;
}

function gridOf(battery: Battery, intervalMs: Ms, points: number): Grid {
  const moves = storedEnergyMoves(battery, intervalMs);
  const socStep = (battery.socMax - battery.socMin) / (points - 1);
  const stepMWh = (socStep * battery.capacityWh) / 1e6;
  return {
    points,
    stepMWh,
    inSteps: moves.inMWhMax / stepMWh,
    outSteps: moves.outMWhMax / stepMWh,
    battery,
    positionOf: (soc) => Math.max(0, Math.min(points - 1, (soc - battery.socMin) / socStep)),
    socOf: (position) => battery.socMin + position * socStep,
  };
}

/** Paid for one grid step of stored energy, and received for one. */
const buyStep = (grid: Grid, price: number): number => (price / grid.battery.efficiencyCharge) * grid.stepMWh;
const sellStep = (grid: Grid, price: number): number =>
  (price - grid.battery.costPerMWh) * grid.battery.efficiencyDischarge * grid.stepMWh;

/** Nothing is gained by energy left over; ending below the wish costs more than any price could bring. */
function terminalRow(grid: Grid, battery: Battery, socEndMin: number): Float64Array {
  const least = grid.positionOf(Math.max(socEndMin, battery.socMin));
  return Float64Array.from({ length: grid.points }, (_, i) => -Math.max(0, least - i) * grid.stepMWh * MISSING_PER_MWH);
}

/** Money per MWh: two orders above any market's cap. */
const MISSING_PER_MWH = 1e7;

/**
 * V_{t+1} for every t in turn, without keeping a year of rows: every √T-th is kept, and the rows between two are
 * worked out again when the walk gets there.
 */
class CheckpointedRows {
  readonly #grid: Grid;
  readonly #prices: Float64Array;
  readonly #every: number;
  readonly #kept: Float64Array[] = [];
  readonly #block: Float64Array[] = [];
  #blockIndex = -1;

  constructor(grid: Grid, prices: Float64Array, terminal: Float64Array) {
    this.#grid = grid;
    this.#prices = prices;
    this.#every = Math.max(1, Math.ceil(Math.sqrt(prices.length)));
    let row = terminal;
    for (let t = prices.length; t >= 0; t--) {
      if (t === prices.length || t % this.#every === 0) this.#kept[Math.ceil(t / this.#every)] = row;
      if (t > 0) row = stageBefore(grid, row, prices[t - 1] as number);
    }
  }

  /** V_{t+1}, asked for in ascending t. */
  after(t: number): Float64Array {
    const blockIndex = Math.floor(t / this.#every);
    if (blockIndex !== this.#blockIndex) this.#fill(blockIndex);
    return this.#block[t - blockIndex * this.#every] as Float64Array;
  }

  #fill(blockIndex: number): void {
    const firstT = blockIndex * this.#every;
    const lastT = Math.min(firstT + this.#every, this.#prices.length) - 1;
    let row = this.#kept[blockIndex + 1] as Float64Array;
    for (let t = lastT; t >= firstT; t--) {
      this.#block[t - firstT] = row;
      if (t > firstT) row = stageBefore(this.#grid, row, this.#prices[t] as number);
    }
    this.#blockIndex = blockIndex;
  }
}

function stageBefore(grid: Grid, next: Float64Array, price: number): Float64Array {
  const now = new Float64Array(grid.points);
  const pay = buyStep(grid, price);
  const earn = sellStep(grid, price);
  if (pay >= earn && isConcave(next)) {
    goToLevels(grid, next, pay, earn, now);
  } else {
    slideUp(grid, next, pay, now);
    slideDown(grid, next, earn, now);
  }
  return now;
}

function isConcave(values: Float64Array): boolean {
  for (let i = 2; i < values.length; i++) {
    const middle = values[i - 1] as number;
    if ((values[i] as number) - middle > middle - (values[i - 2] as number) + 1e-9) return false;
  }
  return true;
}

/** The same where V is concave: charging pays up to one level, discharging down to another, and between them rest. */
function goToLevels(
  { points, inSteps, outSteps }: Grid,
  next: Float64Array,
  pay: number,
  earn: number,
  now: Float64Array,
): void {
  const chargeTo = cellsDearerThan(next, pay);
  const dischargeTo = Math.max(chargeTo, cellsDearerThan(next, earn));
  for (let i = 0; i < points; i++) {
    if (i < chargeTo) {
      const reach = Math.min(chargeTo, i + inSteps);
      now[i] = between(next, reach) - pay * (reach - i);
    } else if (i > dischargeTo) {
      const reach = Math.max(dischargeTo, i - outSteps);
      now[i] = between(next, reach) + earn * (i - reach);
    } else now[i] = next[i] as number;
  }
}

/** now[i] = max over j in [i, i + inSteps] of next(j) − pay (j − i): charging, or resting. */
function slideUp({ points, inSteps }: Grid, next: Float64Array, pay: number, now: Float64Array): void {
  const whole = Math.floor(inSteps);
  const queue = new Int32Array(points);
  let head = 0;
  let tail = 0;
  const worth = (j: number): number => (next[j] as number) - pay * j;
  for (let i = points - 1; i >= 0; i--) {
    const mine = worth(i);
    while (tail > head && worth(queue[tail - 1] as number) <= mine) tail--;
    queue[tail++] = i;
    while ((queue[head] as number) > i + whole) head++;
    let best = worth(queue[head] as number) + pay * i;
    const end = i + inSteps;
    if (end < points - 1) best = Math.max(best, between(next, end) - pay * inSteps);
    now[i] = best;
  }
}

/** now[i] = max(now[i], max over j in [i − outSteps, i] of next(j) + earn (i − j)): discharging. */
function slideDown({ points, outSteps }: Grid, next: Float64Array, earn: number, now: Float64Array): void {
  const whole = Math.floor(outSteps);
  const queue = new Int32Array(points);
  let head = 0;
  let tail = 0;
  const worth = (j: number): number => (next[j] as number) - earn * j;
  for (let i = 0; i < points; i++) {
    const mine = worth(i);
    while (tail > head && worth(queue[tail - 1] as number) <= mine) tail--;
    queue[tail++] = i;
    while ((queue[head] as number) < i - whole) head++;
    let best = worth(queue[head] as number) + earn * i;
    const end = i - outSteps;
    if (end > 0) best = Math.max(best, between(next, end) + earn * outSteps);
    if (best > (now[i] as number)) now[i] = best;
  }
}

/** Where to be after the interval: the best of resting, every grid point in reach and both ends of the reach. */
function bestMove(grid: Grid, from: number, next: Float64Array, pay: number, earn: number): number {
  const lowest = Math.max(0, from - grid.outSteps);
  const highest = Math.min(grid.points - 1, from + grid.inSteps);
  let to = from;
  let best = between(next, from);
  const consider = (position: number): void => {
    const moved = position - from;
    const gain = between(next, position) - (moved > 0 ? pay : earn) * moved;
    if (gain > best + 1e-9) {
      best = gain;
      to = position;
    }
  };
  consider(lowest);
  for (let position = Math.ceil(lowest); position <= highest; position++) consider(position);
  consider(highest);
  return to;
}

function between(values: Float64Array, position: number): number {
  const below = Math.min(Math.floor(position), values.length - 2);
  const low = values[below] as number;
  return low + ((values[below + 1] as number) - low) * (position - below);
}

import { hours, Ms, minutes } from "@penstock/protocol/units";
import { type Battery, ValueFunction } from "../../optimise/index.ts";

/** A way prices may go from now: the mean over intervals `from .. to − 1` counted from the one to be cleared. */
export type Outlook = (from: number, to: number) => number;

const GRID_POINTS = 25;
const HORIZON_MS = hours(36);
const STEP_MS = minutes(30);
/** Cells of the grid whose worth is told: an almost empty store to an almost full one. */
const CELLS: readonly number[] = [3, 9, 15, 21];
const LAST = CELLS.length - 1;
const EACH = CELLS.length + 2;

/**
 * What a stored MWh would be worth if prices came as an outlook says, for each of several outlooks, from the exact
 * value function; and how far the interval's own price lies above it. A tree needs many questions to find in a row of
 * prices what the best use of a battery is; this answers them beforehand.
 *
 * Made anew every half hour, in steps of half an hour: the worth of a store of hours moves no faster.
 */
export class OutlookFeatures {
  readonly #battery: Battery;
  readonly #outlooks: number;
  readonly #stepIntervals: number;
  readonly #stepMs: Ms;
  readonly #worth: Float64Array;
  #madeFor = -1;

  constructor(battery: Battery, intervalMs: Ms, outlooks: number) {
    this.#battery = battery;
    this.#outlooks = outlooks;
    this.#stepIntervals = Math.max(1, Math.round(STEP_MS / intervalMs));
    this.#stepMs = Ms(this.#stepIntervals * intervalMs);
    this.#worth = new Float64Array(outlooks * CELLS.length);
  }

  /** Numbers in a row. */
  get count(): number {
    return this.#outlooks * EACH;
  }

  /** The row of interval `t`, but for what depends on its own price. */
  describe(t: number, outlooks: readonly Outlook[], x: Float32Array, at: number): void {
    const step = Math.floor(t / this.#stepIntervals);
    if (step !== this.#madeFor) for (const [index, outlook] of outlooks.entries()) this.#reckon(index, outlook);
    this.#madeFor = step;
    for (let index = 0; index < this.#outlooks; index++)
      for (let cell = 0; cell < CELLS.length; cell++)
        x[at + index * EACH + cell] = this.#worth[index * CELLS.length + cell] as number;
  }

  setOwnPrice(price: number, x: Float32Array, at: number): void {
    for (let row = at; row < at + this.count; row += EACH) {
      x[row + CELLS.length] = price - (x[row] as number);
      x[row + CELLS.length + 1] = price - (x[row + LAST] as number);
    }
  }

  #reckon(index: number, outlook: Outlook): void {
    const steps = Math.ceil(HORIZON_MS / this.#stepMs);
    const prices = Float64Array.from({ length: steps }, (_, step) =>
      outlook(step * this.#stepIntervals, (step + 1) * this.#stepIntervals),
    );
    const worth = new ValueFunction({
      battery: this.#battery,
      intervalMs: this.#stepMs,
      scenarios: [{ weight: 1, prices }],
      gridPoints: GRID_POINTS,
    }).marginalValue(0);
    for (const [order, cell] of CELLS.entries()) this.#worth[index * CELLS.length + order] = worth[cell] as number;
  }
}

import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { type Battery, ValueFunction } from "../../optimise/index.ts";
import { type Lessons, lessonsWhere, OUTPUTS } from "./lessons.ts";
import { ownValue } from "./own-value.ts";
import type { Past } from "./past.ts";
import { PriceFeatures } from "./price-features.ts";
import { type NetSettings, trainNets } from "./train-nets.ts";
import { type ValueModel, ValueReader } from "./value-model.ts";
import { worthBetween } from "./worth-outputs.ts";

/**
 * What one more stored MWh turned out to be worth, learned. In hindsight the exact value function of the prices that
 * came says it for every past interval and state of charge; small nets learn to say it from what could be seen just
 * before. A second round asks what the first round's trader would itself have made of it, since nobody acts on
 * hindsight. The mean over pasts that looked alike is what a price taker should reckon with.
 */
export class ValueLearner {
  readonly #battery: Battery;
  readonly #features: PriceFeatures;
  readonly #count: number;
  #rows = new Float32Array(0);

  constructor(past: Past, battery: Battery) {
    this.#battery = battery;
    this.#features = new PriceFeatures(past, battery);
    this.#count = this.#features.count;
  }

  /** A model for the stretch that follows a past. The same past gives the same model, whatever was learned before. */
  learn(past: Past): ValueModel {
    this.#describeUpTo(past);
    const perDay = Math.round(86_400_000 / past.intervalMs);
    // Hindsight of the last day does not know how it ends, the first days have nothing usual to be held against.
    const from = Math.min(2 * perDay, past.length);
    const to = past.length - perDay;
    invariant(to > from, "a learner has several days to learn from");
    const step = Math.max(1, Math.floor(perDay / LESSONS_A_DAY));
    const phase = new Rng(`lessons-${past.length}`).integer(0, step);
    const rows = Math.ceil((to - from - phase) / step);
    const x = new Float32Array(rows * this.#count);
    const y = new Float32Array(rows * OUTPUTS);
    for (let row = 0; row < rows; row++) {
      const index = from + phase + row * step;
      x.set(this.#rows.subarray(index * this.#count, (index + 1) * this.#count), row * this.#count);
    }
    const rowOf = (index: number): number => {
      const row = (index - from - phase) / step;
      return Number.isInteger(row) && row >= 0 && row < rows ? row : -1;
    };
    const lesson = { rows, features: this.#count, x, y };
    this.#labelByHindsight(past, rowOf, y);
    const worth = this.#firstWorth(past, from, lesson, (row) => from + phase + row * step);
    this.#labelByOwnValue(past, from, worth, rowOf, y);
    return trainNets(lesson, { ...NETS, rounds: roundsFor(rows), seed: "nets" });
  }

  /**
   * What the first round says of every interval from `from` on, row by row. One half of the weeks is judged by nets that
   * were taught the other: who has seen a spike knows when to sell, and would be taken for more able than it is. Of a
   * short past half is too little to learn from; there all is taught and judged.
   */
  #firstWorth(past: Past, from: number, lesson: Lessons, indexOf: (row: number) => number): Float64Array {
    const perWeek = Math.round(WEEK_MS / past.intervalMs);
    const halves = past.length < HALVED_WEEKS_MIN * perWeek ? 1 : 2;
    const halfOf = (index: number): number => Math.floor(index / perWeek) % halves;
    const readers = Array.from({ length: halves }, (_, half) => {
      const taught = halves === 1 ? lesson : lessonsWhere(lesson, (row) => halfOf(indexOf(row)) !== half);
      const rounds = Math.max(1, Math.round(FIRST_SHARE * roundsFor(taught.rows)));
      return new ValueReader(trainNets(taught, { ...FIRST_NETS, rounds, seed: "first" }));
    });
    const worth = new Float64Array((past.length - from) * OUTPUTS);
    for (let start = from; start < past.length; ) {
      const end = Math.min(past.length, (Math.floor(start / perWeek) + 1) * perWeek);
      const rows = this.#rows.subarray(start * this.#count, end * this.#count);
      readers[halfOf(start)]?.ask(rows, end - start, worth.subarray((start - from) * OUTPUTS));
      start = end;
    }
    return worth;
  }

  /** What one more stored MWh was worth after each lesson to a battery that knew every later price. */
  #labelByHindsight(past: Past, rowOf: (index: number) => number, y: Float32Array): void {
    const hindsight = new ValueFunction({
      battery: this.#battery,
      intervalMs: past.intervalMs,
      scenarios: [{ weight: 1, prices: Float64Array.from({ length: past.length }, (_, index) => past.price(index)) }],
      gridPoints: GRID_POINTS,
    });
    for (let index = 0; index < past.length; index++) {
      const row = rowOf(index);
      if (row >= 0) writeLabel(hindsight.valuesAt(index + 1), hindsight.stepMWh, y, row);
    }
  }

  /** The same to a trader that acts on `worth`, told of every interval from `from` on. */
  #labelByOwnValue(
    past: Past,
    from: number,
    worth: Float64Array,
    rowOf: (index: number) => number,
    y: Float32Array,
  ): void {
    const { socMin, socMax, capacityWh } = this.#battery;
    const stepMWh = ((socMax - socMin) * capacityWh) / 1e6 / (GRID_POINTS - 1);
    const count = past.length - from;
    ownValue({
      battery: this.#battery,
      intervalMs: past.intervalMs,
      prices: Float64Array.from({ length: count }, (_, index) => past.price(from + index)),
      gridPoints: GRID_POINTS,
      worthAfter: (t) => (share) => worthBetween(worth, t * OUTPUTS, share),
      onRow: (t, values) => {
        const row = rowOf(from + t - 1);
        if (row >= 0) writeLabel(values, stepMWh, y, row);
      },
    });
  }

  #describeUpTo(past: Past): void {
    if (this.#rows.length < past.length * this.#count) {
      const larger = new Float32Array(Math.ceil(past.length * 1.3) * this.#count);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    while (this.#features.length < past.length) {
      const index = this.#features.length;
      const then = past.before(index);
      this.#features.describe(then, this.#rows, index * this.#count);
      this.#features.setOwnPrice(past.price(index), this.#rows, index * this.#count);
      this.#features.follow(past.before(index + 1));
    }
  }
}

const WEEK_MS = 7 * 86_400_000;
const HALVED_WEEKS_MIN = 8;
const LESSONS_A_DAY = 48;
const CELLS_AN_OUTPUT = 6;
const GRID_POINTS = OUTPUTS * CELLS_AN_OUTPUT + 1;
/** Money per MWh. Hindsight sells at the peak of every spike; a mean over few of them must not rule the rest. */
const WORTH_MAX = 300;
const WORTH_MIN = -200;

/** The mean slope of a value function over each output's part of the store, into a row of labels. */
function writeLabel(values: Float64Array, stepMWh: number, y: Float32Array, row: number): void {
  for (let output = 0; output < OUTPUTS; output++) {
    const low = values[output * CELLS_AN_OUTPUT] as number;
    const high = values[(output + 1) * CELLS_AN_OUTPUT] as number;
    const worth = (high - low) / (CELLS_AN_OUTPUT * stepMWh);
    y[row * OUTPUTS + output] = Math.max(WORTH_MIN, Math.min(WORTH_MAX, worth));
  }
}

/** Always from the same beginnings: models of one week and the next differ in what was learned, not by chance. */
const NETS: Omit<NetSettings, "seed" | "rounds"> = { nets: 3, hidden: [96, 32], rate: 0.002, decay: 0.01 };
/** The first round is only acted on: it need not be as sure. */
const FIRST_NETS = { ...NETS, nets: 2 };
const FIRST_SHARE = 0.6;
/** A long past says the same things more often: it is gone through less often, and takes no longer to learn. */
const LESSONS_TAUGHT = 84_000;
const ROUNDS_MIN = 2;
const ROUNDS_MAX = 12;
const roundsFor = (rows: number): number =>
  Math.max(ROUNDS_MIN, Math.min(ROUNDS_MAX, Math.round(LESSONS_TAUGHT / rows)));

import { type DayAheadView, HOURS } from "./day-ahead-market.ts";
import type { DayAheadLearner, DayAheadModel } from "./day-ahead-model.ts";
import { dayFeatures, FEATURE_DAYS_BACK, PRICE_LAGS } from "./day-features.ts";
import { GrowingCholesky } from "./growing-cholesky.ts";
import { InputScale } from "./input-scale.ts";
import type { Stabilised, Stabiliser } from "./stabiliser.ts";

export interface KernelChoices {
  /** Days learnt from at the beginning, at most; each later day is added. */
  readonly windowDays: number;
  readonly stabiliser: Stabiliser;
  /** Whether prices are learnt as they are or as what they are above the mean of the day before. */
  readonly level: "absolute" | "relative";
  /** Covariance of two days' inputs x and z: `linear · x·z + likeness(|x − z| / reach)`. */
  readonly linear: number;
  readonly reach: number;
  /** How likeness falls with distance d: smooth is e^(−d²/2), rough e^(−d). */
  readonly likeness: "smooth" | "rough";
  /** Variance of what the inputs cannot say, over that of a price. */
  readonly noise: number;
}

/** After so many days the scales are learnt anew and the oldest days forgotten. */
const RENEW_EVERY_DAYS = 112;

/**
 * Kernel ridge regression (the mean of a Gaussian process): a day is expected to cost what similar days did, beyond
 * what a straight line in all inputs explains. All 24 hours share one covariance, and a day is learnt as soon as its
 * prices are known.
 */
export const kernelRegression = (choices: KernelChoices): DayAheadModel => ({
  name: `kernel-${choices.windowDays}-${choices.stabiliser.name}-${choices.level}-${choices.likeness}-${choices.linear}-${choices.reach}-${choices.noise}`,
  module: import.meta.url,
  daysMin: FEATURE_DAYS_BACK + 28,
  begin: () => {
    let memory: Memory | undefined;
    return {
      forecast(view) {
        if (memory === undefined || view.day - memory.begunOnDay >= RENEW_EVERY_DAYS)
          memory = new Memory(view, choices);
        return memory.forecast(view);
      },
    } satisfies DayAheadLearner;
  },
});

const ROWS_AT_ONCE = 32;

/** The days learnt, in one scale. */
class Memory {
  readonly begunOnDay: number;
  readonly #choices: KernelChoices;
  readonly #scale: InputScale;
  readonly #targets: readonly Stabilised[];
  readonly #targetMean: Float64Array;
  readonly #factor: GrowingCholesky;
  readonly #days: ScaledDay[] = [];
  #nextDay: number;

  constructor(view: DayAheadView, choices: KernelChoices) {
    this.begunOnDay = view.day;
    this.#choices = choices;
    const from = Math.max(FEATURE_DAYS_BACK, view.day - choices.windowDays);
    const days = Array.from({ length: view.day - from }, (_, index) => from + index);
    const rows = days.map((day) => this.#features(view, day));
    this.#scale = new InputScale(rows, choices.stabiliser);
    this.#targets = Array.from({ length: HOURS }, (_, hour) =>
      choices.stabiliser.fit(
        Float64Array.from(days, (day) => (view.prices(day)[hour] as number) - this.#level(view, day)),
      ),
    );
    this.#targetMean = Float64Array.from(this.#targets, ({ to }, hour) => {
      const sum = days.reduce(
        (total, day) => total + to((view.prices(day)[hour] as number) - this.#level(view, day)),
        0,
      );
      return sum / days.length;
    });
    this.#factor = new GrowingCholesky(days.length + RENEW_EVERY_DAYS, HOURS);
    this.#nextDay = from;
  }

  forecast(view: DayAheadView): Float64Array {
    while (this.#nextDay < view.day) {
      const endDay = Math.min(this.#nextDay + ROWS_AT_ONCE, view.day);
      this.#learn(view, this.#nextDay, endDay);
      this.#nextDay = endDay;
    }
    const projection = this.#covariances([this.#scaled(view, view.day)])[0] as Float64Array;
    this.#factor.project([projection]);
    const level = this.#level(view, view.day);
    return this.#factor
      .expected(projection)
      .map(
        (value, hour) => (this.#targets[hour] as Stabilised).back(value + (this.#targetMean[hour] as number)) + level,
      );
  }

  /** What prices of a day, and of those before it, are compared with. */
  #level(view: DayAheadView, day: number): number {
    if (this.#choices.level === "absolute") return 0;
    return view.prices(day - 1).reduce((sum, price) => sum + price, 0) / HOURS;
  }

  #features(view: DayAheadView, day: number): Float64Array {
    const row = dayFeatures(view, day);
    const level = this.#level(view, day);
    for (let column = 0; column < PRICE_LAGS.length * HOURS; column++) row[column] = (row[column] as number) - level;
    return row;
  }

  #learn(view: DayAheadView, fromDay: number, endDay: number): void {
    const before = this.#factor.rows;
    const days = Array.from({ length: endDay - fromDay }, (_, index) => this.#scaled(view, fromDay + index));
    const projections = this.#covariances(days);
    this.#factor.project(projections);
    for (const [index, projection] of projections.entries()) {
      const level = this.#level(view, fromDay + index);
      const values = view
        .prices(fromDay + index)
        .map(
          (price, hour) => (this.#targets[hour] as Stabilised).to(price - level) - (this.#targetMean[hour] as number),
        );
      this.#factor.project([projection], before);
      const { linear, noise } = this.#choices;
      const { square } = days[index] as ScaledDay;
      this.#factor.append(projection, linear * square + 1 + noise, values);
    }
    this.#days.push(...days);
  }

  #scaled(view: DayAheadView, day: number): ScaledDay {
    const input = this.#scale.of(this.#features(view, day));
    return { input, square: dot(input, input) };
  }

  /** Of each given day with every day remembered, and with those given before it. */
  #covariances(days: readonly ScaledDay[]): readonly Float64Array[] {
    const { linear, reach, likeness } = this.#choices;
    const isRough = likeness === "rough";
    const covariances = days.map((_, index) => new Float64Array(this.#days.length + index));
    for (const [row, other] of [...this.#days, ...days].entries()) {
      for (let index = Math.max(0, row - this.#days.length + 1); index < days.length; index++) {
        const day = days[index] as ScaledDay;
        const product = dot(day.input, other.input);
        const squared = Math.max(0, day.square + other.square - 2 * product) / (reach * reach);
        const alike = Math.exp(isRough ? -Math.sqrt(squared) : -squared / 2);
        (covariances[index] as Float64Array)[row] = linear * product + alike;
      }
    }
    return covariances;
  }
}

interface ScaledDay {
  readonly input: Float64Array;
  readonly square: number;
}

function dot(a: Float64Array, b: Float64Array): number {
  let even = 0;
  let odd = 0;
  let j = 0;
  for (; j + 1 < a.length; j += 2) {
    even += (a[j] as number) * (b[j] as number);
    odd += (a[j + 1] as number) * (b[j + 1] as number);
  }
  return j < a.length ? even + odd + (a[j] as number) * (b[j] as number) : even + odd;
}

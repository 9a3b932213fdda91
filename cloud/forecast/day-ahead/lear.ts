import { invariant } from "@penstock/protocol/result";
import { type DayAheadView, HOURS } from "./day-ahead-market.ts";
import type { DayAheadLearner, DayAheadModel } from "./day-ahead-model.ts";
import { dayFeatures, FEATURE_DAYS_BACK } from "./day-features.ts";
import { LassoProblem } from "./lasso.ts";
import { Moments, type Standardised } from "./moments.ts";
import type { Stabilised, Stabiliser } from "./stabiliser.ts";

export interface LearChoices {
  /** Days learnt from, at most; fewer while the market is younger. */
  readonly windowDays: number;
  readonly stabiliser: Stabiliser;
}

/** Every so many days the stabilisers and penalties are chosen anew; on the days between only coefficients move. */
const CHOOSE_EVERY_DAYS = 28;
const PENALTIES = 32;
const PENALTY_RATIO_MIN = 2e-3;
/** A new search begins so many steps above the last choice, and ends so many after the best. */
const STEPS_ABOVE = 3;
const PATIENCE = 4;

/**
 * LEAR, the LASSO-estimated autoregression of Lago et al. (2021): one linear model an hour, on the same inputs, learnt
 * afresh every day from a moving window of days, the penalty by Akaike's criterion.
 */
export const lear = ({ windowDays, stabiliser }: LearChoices): DayAheadModel => ({
  name: `lear-${windowDays}-${stabiliser.name}`,
  module: import.meta.url,
  daysMin: FEATURE_DAYS_BACK + 28,
  begin: () => new LearLearner(windowDays, stabiliser),
});

class LearLearner implements DayAheadLearner {
  readonly #windowDays: number;
  readonly #stabiliser: Stabiliser;
  #chosen: Chosen | undefined;

  constructor(windowDays: number, stabiliser: Stabiliser) {
    this.#windowDays = windowDays;
    this.#stabiliser = stabiliser;
  }

  forecast(view: DayAheadView): Float64Array {
    const { day } = view;
    if (this.#chosen === undefined || day - this.#chosen.chosenOnDay >= CHOOSE_EVERY_DAYS) {
      this.#chosen = new Chosen(view, this.#windowDays, this.#stabiliser, this.#chosen?.solutions);
    } else {
      this.#chosen.moveTo(view);
    }
    return this.#chosen.forecast(view);
  }
}

/** A window with its stabilisers and penalties, which then moves on day by day. */
class Chosen {
  readonly chosenOnDay: number;
  readonly #inputs: readonly Stabilised[];
  readonly #targets: readonly Stabilised[];
  readonly #moments: Moments;
  readonly #rows: Row[];
  readonly #windowDays: number;
  #solutions: readonly Solution[];
  #lastDay: number;
  #statistics: Standardised;

  /** `before` are the solutions of a window not long ago, near which the new ones are sought. */
  constructor(view: DayAheadView, windowDays: number, stabiliser: Stabiliser, before?: readonly Solution[]) {
    this.chosenOnDay = view.day;
    this.#windowDays = windowDays;
    const from = Math.max(FEATURE_DAYS_BACK, view.day - windowDays);
    const days = Array.from({ length: view.day - from }, (_, index) => from + index);
    const inputs = days.map((day) => dayFeatures(view, day));
    const targets = days.map((day) => view.prices(day));
    this.#inputs = columnsOf(inputs).map((column, index, all) =>
      // The weekday columns are 0 and 1 already.
      index < all.length - 7 ? stabiliser.fit(column) : AS_IT_IS,
    );
    this.#targets = columnsOf(targets).map((column) => stabiliser.fit(column));
    this.#rows = days.map((_, index) => ({
      x: stabilise(inputs[index] as Float64Array, this.#inputs),
      y: stabilise(targets[index] as Float64Array, this.#targets),
    }));
    this.#moments = new Moments(this.#inputs.length, HOURS);
    for (const { x, y } of this.#rows) this.#moments.add(x, y);
    this.#lastDay = view.day - 1;
    this.#statistics = this.#moments.standardised();
    this.#solutions = this.#statistics.correlations.map((correlation, hour) =>
      chooseSolution(this.#statistics, correlation, this.#statistics.targetVariance[hour] as number, before?.[hour]),
    );
  }

  get solutions(): readonly Solution[] {
    return this.#solutions;
  }

  moveTo(view: DayAheadView): void {
    if (this.#lastDay >= view.day - 1) return;
    for (let day = this.#lastDay + 1; day < view.day; day++) {
      const row = {
        x: stabilise(dayFeatures(view, day), this.#inputs),
        y: stabilise(view.prices(day), this.#targets),
      };
      this.#rows.push(row);
      this.#moments.add(row.x, row.y);
      if (this.#rows.length > this.#windowDays) {
        const oldest = this.#rows.shift();
        invariant(oldest !== undefined, "a window holds rows");
        this.#moments.remove(oldest.x, oldest.y);
      }
      this.#lastDay = day;
    }
    const statistics = this.#moments.standardised();
    this.#statistics = statistics;
    this.#solutions = statistics.correlations.map((correlation, hour) => {
      const { penalty, coefficients } = this.#solutions[hour] as Solution;
      const problem = new LassoProblem(statistics.gram, correlation, coefficients);
      problem.solve(penalty);
      return { penalty, coefficients: problem.coefficients };
    });
  }

  forecast(view: DayAheadView): Float64Array {
    const { mean, scale, targetMean } = this.#statistics;
    const x = stabilise(dayFeatures(view, view.day), this.#inputs);
    return Float64Array.from({ length: HOURS }, (_, hour) => {
      const { coefficients } = this.#solutions[hour] as Solution;
      let sum = targetMean[hour] as number;
      for (let j = 0; j < x.length; j++) {
        const coefficient = coefficients[j] as number;
        if (coefficient !== 0) sum += coefficient * ((x[j] as number) - (mean[j] as number)) * (scale[j] as number);
      }
      return (this.#targets[hour] as Stabilised).back(sum);
    });
  }
}

interface Row {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

interface Solution {
  readonly penalty: number;
  readonly coefficients: Float64Array;
}

/**
 * Down a path of penalties, each started from the last one's answer, to where Akaike's criterion (corrected for a
 * small window) is least. The path begins at the greatest penalty of use, or a little above an earlier choice.
 */
function chooseSolution(
  { gram, count }: Standardised,
  correlation: Float64Array,
  variance: number,
  before: Solution | undefined,
): Solution {
  const most = LassoProblem.penaltyMax(correlation);
  const problem = new LassoProblem(gram, correlation, before?.coefficients);
  let best = { penalty: most, coefficients: new Float64Array(problem.size), criterion: 0 };
  if (!(most > 0 && variance > 0)) return best;
  const stepRatio = PENALTY_RATIO_MIN ** (1 / PENALTIES);
  const start = before === undefined ? most * stepRatio : Math.min(most, before.penalty * stepRatio ** -STEPS_ABOVE);
  let sinceBest = 0;
  for (let penalty = start; penalty > most * PENALTY_RATIO_MIN && sinceBest < PATIENCE; penalty *= stepRatio) {
    problem.solve(penalty);
    const used = problem.nonZeros;
    if (used >= count - 2) break;
    const criterion = count * Math.log(problem.unexplained(variance)) + (2 * used * count) / (count - used - 1);
    sinceBest++;
    if (criterion >= best.criterion) continue;
    best = { penalty, coefficients: problem.coefficients.slice(), criterion };
    sinceBest = 0;
  }
  return best;
}

const AS_IT_IS: Stabilised = { to: (value) => value, back: (value) => value };

const stabilise = (row: Float64Array, columns: readonly Stabilised[]): Float64Array =>
  row.map((value, column) => (columns[column] as Stabilised).to(value));

function columnsOf(rows: readonly Float64Array[]): readonly Float64Array[] {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, column) => Float64Array.from(rows, (row) => row[column] as number));
}

import type { Rng } from "@penstock/protocol/rng";
import { predictTrees } from "../trees/boosted-trees.ts";
import { Boosting, type BoostingChoices } from "../trees/boosting.ts";
import { type DayAheadView, HOURS } from "./day-ahead-market.ts";
import type { DayAheadLearner, DayAheadModel } from "./day-ahead-model.ts";
import { FEATURE_DAYS_BACK, PRICE_LAGS } from "./day-features.ts";
import type { Stabilised, Stabiliser } from "./stabiliser.ts";

export interface TreeRegressionChoices extends BoostingChoices {
  /** Days learnt from, at most. */
  readonly windowDays: number;
  readonly stabiliser: Stabiliser;
  readonly trees: number;
}

/** Trees are grown anew after so many days. */
const RENEW_EVERY_DAYS = 56;

/**
 * Gradient-boosted trees. One model for all hours, a row an hour: what the price is above the mean of the day before,
 * tails tamed, from the same hour and its neighbours on earlier days, the day before as a whole, what is published for
 * the hour and how that differs from earlier days, and the calendar. Trees find where one of these matters only beside
 * another; what they cannot do is go beyond what they have seen, hence the level of the day before.
 */
export const treeRegression = (choices: TreeRegressionChoices): DayAheadModel => ({
  name: `trees-${choices.windowDays}-${choices.stabiliser.name}-${choices.loss}-${choices.trees}`,
  module: import.meta.url,
  daysMin: FEATURE_DAYS_BACK + 28,
  begin: (rng) => {
    let grown: Grown | undefined;
    return {
      forecast(view) {
        if (grown === undefined || view.day - grown.onDay >= RENEW_EVERY_DAYS) grown = new Grown(view, choices, rng);
        return grown.forecast(view);
      },
    } satisfies DayAheadLearner;
  },
});

class Grown {
  readonly onDay: number;
  readonly #model: Boosting["model"];
  readonly #target: Stabilised;

  constructor(view: DayAheadView, choices: TreeRegressionChoices, rng: Rng) {
    this.onDay = view.day;
    const from = Math.max(FEATURE_DAYS_BACK, view.day - choices.windowDays);
    const days = Array.from({ length: view.day - from }, (_, index) => from + index);
    const width = rowLength(view.knownSeries);
    const rows = new Float64Array(days.length * HOURS * width);
    const above = new Float64Array(days.length * HOURS);
    for (const [index, day] of days.entries()) {
      rows.set(hourlyRows(view, day), index * HOURS * width);
      const level = levelOf(view, day);
      above.set(
        view.prices(day).map((price) => price - level),
        index * HOURS,
      );
    }
    this.#target = choices.stabiliser.fit(above);
    const boosting = new Boosting(rows, above.map(this.#target.to), choices, rng.fork(`day-${view.day}`));
    boosting.grow(choices.trees);
    this.#model = boosting.model;
  }

  forecast(view: DayAheadView): Float64Array {
    const rows = hourlyRows(view, view.day);
    const level = levelOf(view, view.day);
    return Float64Array.from(
      { length: HOURS },
      (_, hour) => level + this.#target.back(predictTrees(this.#model, rows, hour)),
    );
  }
}

const levelOf = (view: DayAheadView, day: number): number => meanOf(view.prices(day - 1));

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const CALENDAR = 4;
const OF_THE_DAY_BEFORE = 5;
const OF_THE_LEVEL = 2;
const OF_A_SERIES = 7;

const rowLength = (knownSeries: number): number =>
  CALENDAR + PRICE_LAGS.length + 2 + OF_THE_DAY_BEFORE + OF_THE_LEVEL + OF_A_SERIES * knownSeries;

/** The 24 rows of a day, one after the other. */
function hourlyRows(view: DayAheadView, day: number): Float64Array {
  const width = rowLength(view.knownSeries);
  const rows = new Float64Array(HOURS * width);
  const before = view.prices(day - 1);
  const level = meanOf(before);
  const weekAgo = meanOf(view.prices(day - FEATURE_DAYS_BACK));
  const latest = [before[23], before[22], Math.min(...before), Math.max(...before)].map(
    (price) => (price as number) - level,
  );
  const season = 2 * Math.PI * view.season(day);
  const known = Array.from({ length: view.knownSeries }, (_, series) => seriesOf(view, series, day));
  for (let hour = 0; hour < HOURS; hour++) {
    const row = [
      hour,
      view.weekday(day),
      Math.sin(season),
      Math.cos(season),
      ...PRICE_LAGS.map((lag) => (view.prices(day - lag)[hour] as number) - level),
      (before[Math.max(0, hour - 1)] as number) - level,
      (before[Math.min(HOURS - 1, hour + 1)] as number) - level,
      ...latest,
      weekAgo - level,
      level,
      meanOf(view.prices(day - 2)) - level,
      ...known.flatMap((ofHour) => ofHour(hour)),
    ];
    rows.set(row, hour * width);
  }
  return rows;
}

/** Of a published series at an hour: itself, before and after, over the whole day, and against a day and a week before. */
function seriesOf(view: DayAheadView, series: number, day: number): (hour: number) => readonly number[] {
  const today = view.known(series, day);
  const [dayBefore, weekBefore] = [view.known(series, day - 1), view.known(series, day - FEATURE_DAYS_BACK)];
  const mean = meanOf(today);
  const highest = Math.max(...today);
  return (hour) => {
    const now = today[hour] as number;
    return [
      now,
      now - (today[Math.max(0, hour - 2)] as number),
      (today[Math.min(HOURS - 1, hour + 2)] as number) - now,
      mean,
      highest,
      now - (dayBefore[hour] as number),
      now - (weekBefore[hour] as number),
    ];
  };
}

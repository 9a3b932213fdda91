import { invariant } from "@penstock/protocol/result";
import {
  DayAheadBands,
  type DayAheadMarket,
  type DayAheadMix,
  DayAheadView,
  dayAheadMixes,
  dayAheadModels,
  daysOf,
  HOURS,
} from "../../forecast/day-ahead/index.ts";
import { type Block, type BlockStore, blocksOf } from "./blocks.ts";
import { runBlocks } from "./run-blocks.ts";
import { scoresOf } from "./scores.ts";

/** The benchmark's test period: the last two years of 364 days. */
export const TEST_DAYS = 728;
/** A mix learns its weights on so many days before the test. */
const WEIGHING_DAYS = 112;
const WEEK_DAYS = 7;
export const NAIVE = "last-week";

export interface DayAheadEvaluation {
  readonly market: DayAheadMarket;
  readonly model: string;
  readonly testDays: number;
  readonly store: BlockStore;
  readonly workers: number;
  readonly onProgress: (done: number, of: number, block: Block) => void;
}

export interface DayAheadScores {
  readonly model: string;
  readonly mae: number;
  /** MAE over that of the same weekday a week before, both without the first week of the test. */
  readonly rmae: number;
  readonly smape: number;
  readonly rmse: number;
}

export interface DayAheadResult extends DayAheadScores {
  readonly days: number;
  readonly from: string;
  readonly to: string;
  readonly naiveMae: number;
  /** Share of prices inside the bands that promise 50 and 90 %; undefined with less than four weeks of errors before. */
  readonly coverage50: number | undefined;
  readonly coverage90: number | undefined;
  /** The models the asked one is made of, each judged alone. */
  readonly members: readonly DayAheadScores[];
}

/** Forecasts every test day with what was known before its auction, recalibrated daily, and judges. */
export async function evaluateDayAhead(wish: DayAheadEvaluation): Promise<DayAheadResult> {
  const { market, model, testDays } = wish;
  const endDay = daysOf(market);
  const testDay = endDay - testDays;
  const { own, members, forecasts } = await forecastDays(wish);
  const naive = runOf(endDay, testDay, (day) => market.prices.subarray((day - WEEK_DAYS) * HOURS, (day - 6) * HOURS));
  const judge = (name: string, run: Run): DayAheadScores => judged(name, run, naive, market, testDays);
  return {
    ...judge(model, own),
    days: testDays,
    from: dateOf(market, testDay),
    to: dateOf(market, endDay - 1),
    naiveMae: judge(NAIVE, naive).mae,
    ...coverageOf(own, market, testDay, endDay),
    members: members.length === 1 ? [] : members.map((member, index) => judge(member, forecasts[index] as Run)),
  };
}

/** The forecasts of the model for the last `testDays` days (and a few before, where it weighs members), and its members'. */
export async function forecastDays(wish: DayAheadEvaluation): Promise<{
  readonly own: Run;
  readonly members: readonly string[];
  readonly forecasts: readonly Run[];
}> {
  const { market, model, testDays } = wish;
  const endDay = daysOf(market);
  const testDay = endDay - testDays;
  const mix = dayAheadMixes[model];
  const members = mix?.members ?? [model];
  const firstDay = mix === undefined ? testDay : testDay - WEIGHING_DAYS;
  const blocks = members.flatMap((member) => blocksOf(member, firstDay, endDay, daysMinOf(member)));
  const made = await runBlocks({ ...wish, blocks });
  const forecasts = members.map((member) => joined(member, made, endDay));
  const own = mix === undefined ? (forecasts[0] as Run) : mixed(mix, forecasts, market, endDay);
  return { own, members, forecasts };
}

/** Forecasts of consecutive days up to the market's end. */
export interface Run {
  readonly firstDay: number;
  readonly prices: Float64Array;
}

export const daysMinOf = (model: string): number => {
  const made = dayAheadModels[model];
  invariant(made !== undefined, "a member is a model of the shelf");
  return made.daysMin;
};

function joined(member: string, made: ReadonlyMap<Block, Float64Array>, endDay: number): Run {
  const parts = [...made].filter(([block]) => block.model === member);
  const firstDay = Math.min(...parts.map(([block]) => block.firstDay));
  const prices = new Float64Array((endDay - firstDay) * HOURS);
  for (const [block, part] of parts) prices.set(part, (block.firstDay - firstDay) * HOURS);
  return { firstDay, prices };
}

export const dayOf = ({ firstDay, prices }: Run, day: number): Float64Array =>
  prices.subarray((day - firstDay) * HOURS, (day - firstDay + 1) * HOURS);

function runOf(endDay: number, firstDay: number, pricesOn: (day: number) => Float64Array): Run {
  const prices = new Float64Array((endDay - firstDay) * HOURS);
  for (let day = firstDay; day < endDay; day++) prices.set(pricesOn(day), (day - firstDay) * HOURS);
  return { firstDay, prices };
}

function mixed({ mix }: DayAheadMix, members: readonly Run[], market: DayAheadMarket, endDay: number): Run {
  const firstDay = Math.max(...members.map((member) => member.firstDay));
  const begun = mix();
  return runOf(endDay, firstDay, (day) =>
    begun.forecast(
      DayAheadView.before(market, day),
      members.map((member) => dayOf(member, day)),
    ),
  );
}

/** How often prices of the test lay inside the bands made of the errors before. */
function coverageOf(run: Run, market: DayAheadMarket, testDay: number, endDay: number) {
  const bands = new DayAheadBands();
  let [inside50, inside90, count] = [0, 0, 0];
  for (let day = run.firstDay; day < endDay; day++) {
    const made = bands.around(DayAheadView.before(market, day), dayOf(run, day));
    if (made === undefined || day < testDay) continue;
    const at = (p: number, hour: number): number =>
      made.quantiles.find((quantile) => quantile.p === p)?.values[hour] ?? Number.NaN;
    for (let hour = 0; hour < HOURS; hour++, count++) {
      const real = market.prices[day * HOURS + hour] as number;
      if (real >= at(0.25, hour) && real <= at(0.75, hour)) inside50++;
      if (real >= at(0.05, hour) && real <= at(0.95, hour)) inside90++;
    }
  }
  return count === 0
    ? { coverage50: undefined, coverage90: undefined }
    : { coverage50: inside50 / count, coverage90: inside90 / count };
}

function judged(model: string, run: Run, naive: Run, market: DayAheadMarket, testDays: number): DayAheadScores {
  const actual = market.prices;
  const last = (prices: Float64Array, days: number): Float64Array => prices.subarray(prices.length - days * HOURS);
  const scores = scoresOf(last(run.prices, testDays), last(actual, testDays));
  const relativeDays = testDays > WEEK_DAYS ? testDays - WEEK_DAYS : testDays;
  const over = (prices: Float64Array): number => scoresOf(last(prices, relativeDays), last(actual, relativeDays)).mae;
  return { model, ...scores, rmae: over(run.prices) / over(naive.prices) };
}

const dateOf = (market: DayAheadMarket, day: number): string =>
  new Date(market.firstDayMs + day * 86_400_000).toISOString().slice(0, 10);

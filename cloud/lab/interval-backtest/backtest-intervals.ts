import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Market } from "../../markets/market.ts";
import { type Battery, perfectForesight } from "../../optimise/index.ts";
import type { IntervalTrader } from "../../strategies/learned/interval-trader.ts";
import type { PriceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import type { MarketTable } from "./market-table.ts";
import { earned, type Run, runTrader } from "./run-trader.ts";
import { type Score, scoreOf } from "./score.ts";
import { coversBids, ThroughBids } from "./through-bids.ts";
import { type TopBottom, topBottom } from "./top-bottom.ts";
import { BASELINES, type TraderEntry, traderNamed } from "./traders.ts";
import { trainModels } from "./train-models.ts";

export interface IntervalBacktest {
  readonly table: MarketTable;
  readonly battery: Battery;
  readonly trader: string;
  /** That trader itself, where it is on no shelf. */
  readonly own?: TraderEntry;
  /** Half-open, in intervals of the table; what is before `from` is for learning only. */
  readonly from: number;
  readonly to: number;
  readonly socStart: number;
  readonly workers: number;
  readonly folder?: string;
  /** Every trader bids through this market's bands; without it curves are cleared as they are. */
  readonly rules?: Market;
  readonly onProgress?: (text: string) => void;
  /** Told every curve the trader offers. */
  readonly onCurve?: (index: number, curve: PriceQuantityCurve) => void;
}

export interface IntervalBacktestResult extends Score {
  readonly intervals: number;
  readonly days: number;
  readonly models: number;
  readonly baselines: Readonly<Record<string, Score>>;
  readonly topBottom: TopBottom;
  readonly run: Run;
  /** What hindsight would have earned in each interval. */
  readonly hindsight: Float64Array;
}

const LEARN_DAYS_MIN = 4;

/** Trains every few days on what was past by then, runs the trader and the yardsticks, and sets them against hindsight. */
export async function backtestIntervals(wish: IntervalBacktest): Promise<Result<IntervalBacktestResult, CodedError>> {
  const { table, battery, from, to, socStart } = wish;
  const perDay = Math.round(86_400_000 / table.intervalMs);
  const entry = wish.own ?? traderNamed(wish.trader);
  if (!(from >= 0 && from < to && to <= table.prices.length))
    return fail({ code: "lab.outside-series", from, to, intervals: table.prices.length });
  if (entry.learns && from < LEARN_DAYS_MIN * perDay)
    return fail({ code: "lab.too-little-to-learn", learnDays: from / perDay, neededDays: LEARN_DAYS_MIN });
  if (wish.rules !== undefined) {
    const covered = coversBids(wish.rules, battery, table, from, to);
    if (!covered.ok) return covered;
  }
  const say = wish.onProgress ?? (() => {});

  const lengths: number[] = [];
  if (entry.learns) for (let at = from; at < to; at += stretchDays(at / perDay) * perDay) lengths.push(at);
  const models = await trainModels({
    table,
    battery,
    lengths,
    workers: wish.workers,
    ...(wish.folder !== undefined && { folder: wish.folder }),
    onModel: (done, of) => say(`${done} of ${of} models learned`),
  });
  const modelAt = (index: number) => {
    const start = lengths.findLast((length) => length <= index) as number;
    return models.get(start) as NonNullable<ReturnType<typeof models.get>>;
  };
  const traderOf = (name: string): IntervalTrader => {
    const trader = (name === wish.trader ? entry : traderNamed(name)).make({ battery, modelAt });
    return wish.rules === undefined ? trader : new ThroughBids(trader, wish.rules, battery);
  };
  const runOf = (name: string, onCurve?: IntervalBacktest["onCurve"]): Run =>
    runTrader({
      table,
      battery,
      trader: traderOf(name),
      from,
      to,
      socStart,
      ...(onCurve !== undefined && { onCurve }),
      onDay: (done) => (done / perDay) % 30 === 0 && say(`${name}: ${done / perDay} of ${(to - from) / perDay} days`),
    });
  const run = runOf(wish.trader, wish.onCurve);
  say("perfect foresight");
  const best = perfectForesight({
    battery,
    intervalMs: table.intervalMs,
    prices: table.prices.slice(from, to),
    socStart,
  });
  const hindsight = earned(table, battery, from, best.powerW).profit;
  const judge = ({ profit, dischargedMWh }: Run): Score => scoreOf(profit, hindsight, dischargedMWh, perDay, battery);
  const score = judge(run);
  if (score.capture !== null && score.capture > 1 + 1e-6)
    return fail({ code: "lab.beats-perfect-foresight", capture: score.capture, trader: wish.trader });
  return ok({
    ...score,
    intervals: to - from,
    days: (to - from) / perDay,
    models: lengths.length,
    baselines: Object.fromEntries(BASELINES.map((name) => [name, name === wish.trader ? score : judge(runOf(name))])),
    topBottom: topBottom(table.prices.subarray(from, to), table.intervalMs, battery, score.profit),
    run,
    hindsight,
  });
}

/** Days a model serves: about a fiftieth of those it learned from, since fewer would hardly change it; two at least. */
function stretchDays(learnedDays: number): number {
  return Math.max(2, Math.floor(learnedDays / 50));
}

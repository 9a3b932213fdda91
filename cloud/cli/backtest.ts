import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, resolve } from "node:path";
import { type CodedError, describeError, fail, ok, type Result } from "@penstock/protocol/result";
import { instantOf } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { auctionTraders } from "../lab/day-ahead-backtest/backtest-day-ahead.ts";
import { backtestIntervals } from "../lab/interval-backtest/backtest-intervals.ts";
import { type RecordedMarket, recordedMarkets } from "../lab/interval-backtest/market-formats.ts";
import type { MarketTable } from "../lab/interval-backtest/market-table.ts";
import { openTable } from "../lab/interval-backtest/open-table.ts";
import type { Score } from "../lab/interval-backtest/score.ts";
import { shuffledFuture } from "../lab/interval-backtest/shuffled-future.ts";
import type { TopBottom } from "../lab/interval-backtest/top-bottom.ts";
import { intervalTraders, type TraderEntry } from "../lab/interval-backtest/traders.ts";
import { reportPage } from "../lab/report/report-page.ts";
import type { PriceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import { type BacktestArguments, readBacktestArguments } from "./backtest-arguments.ts";
import { runDayAhead } from "./backtest-day-ahead.ts";
import { backtestHelp } from "./backtest-help.ts";
import { isTraderFile, loadTrader } from "./load-trader.ts";
import { priceFileSentence } from "./price-file-sentence.ts";

const LEARN_DAYS = 30;
const CANCELLED = 130;

/** `fleetctl backtest`: reads prices, runs a trader over them as it would have run then, prints what it kept of hindsight. */
export async function backtestCommand(argv: readonly string[]): Promise<number> {
  const read = readBacktestArguments(argv, {
    workers: availableParallelism(),
    folder: resolve(import.meta.dirname, "../../.penstock/backtest"),
  });
  if (!read.ok) return usage(String(read.error["sentence"]));
  const wish = read.value;
  if (wish.help) {
    process.stdout.write(backtestHelp());
    return 0;
  }
  const market = recordedMarkets[wish.market];
  if (wish.asBids && market?.rules === undefined)
    return usage(`bids of "${wish.market}" cannot be tried here; --as-bids is for nem`);
  const isDayAhead = wish.market === "day-ahead";
  if (market === undefined && !isDayAhead) return usage(`there is no market "${wish.market}"`);
  const shelf = isDayAhead ? auctionTraders : intervalTraders;
  const trader = wish.strategy ?? (Object.keys(shelf)[0] as string);
  const own = isTraderFile(trader) && market !== undefined ? await loadTrader(trader) : undefined;
  if (own?.ok === false) return refuse(describeError(own.error));
  if (own === undefined && shelf[trader] === undefined)
    return usage(`there is no strategy "${trader}" for it; there are ${Object.keys(shelf).join(", ")}`);
  process.once("SIGINT", () => {
    process.stderr.write("\nfleetctl: stopped; the same command goes on from what is learned so far\n");
    process.exit(CANCELLED);
  });

  const startedMs = performance.now();
  const isShown = wish.progress || process.stderr.isTTY;
  const say = (text: string): void => {
    if (isShown) process.stderr.write(`${text}\n`);
  };
  const result =
    market === undefined
      ? await runDayAhead(wish, trader, say)
      : await runIntervals(wish, market, own === undefined ? trader : basename(trader), own?.value, say);
  if (!result.ok) return refuse(priceFileSentence(result.error));
  const summary = { version: 1, ...result.value, seconds: Math.round((performance.now() - startedMs) / 100) / 10 };
  process.stdout.write(wish.json ? `${JSON.stringify(summary)}\n` : `${inWords(summary).join("\n")}\n`);
  return 0;
}

async function runIntervals(
  wish: BacktestArguments,
  market: RecordedMarket,
  trader: string,
  own: TraderEntry | undefined,
  onProgress: (text: string) => void,
): Promise<Result<Summary, CodedError>> {
  const scene = sceneOf(wish, asTyped(market, wish));
  if (!scene.ok) return scene;
  const { table, from, to, filledIntervals } = scene.value;
  const judged = wish.shuffle ? shuffledFuture(table, from, "shuffle") : table;
  const curves = new Map<number, PriceQuantityCurve>();
  const perHour = Math.max(1, Math.round(3_600_000 / table.intervalMs));
  const result = await backtestIntervals({
    table: judged,
    battery: wish.battery,
    trader,
    ...(own !== undefined && { own }),
    from,
    to,
    socStart: wish.socStart ?? 0,
    workers: wish.workers,
    ...(wish.folder !== undefined && { folder: wish.folder }),
    ...(wish.asBids && market.rules !== undefined && { rules: market.rules }),
    onProgress,
    ...(wish.report !== undefined && {
      onCurve: (index: number, curve: PriceQuantityCurve) => {
        if (index % perHour === 0) curves.set(index, curve);
      },
    }),
  });
  if (!result.ok) return result;
  if (wish.report !== undefined) {
    const { battery } = wish;
    const page = reportPage({
      market: market.name,
      strategy: trader,
      table: judged,
      battery,
      from,
      result: result.value,
      curves,
    });
    try {
      writeFileSync(wish.report, page);
    } catch (error) {
      return fail({ code: "lab.report-not-written", file: wish.report, reason: (error as Error).message });
    }
  }
  const { run: _, hindsight: __, ...figures } = result.value;
  const dateAt = (index: number): string =>
    new Date(table.startMs + table.utcOffsetMs + index * table.intervalMs).toISOString().slice(0, 16);
  return ok({
    market: market.name,
    strategy: trader,
    from: dateAt(from),
    to: dateAt(to),
    learnDays: Math.floor((from * table.intervalMs) / 86_400_000),
    ...figures,
    ...(filledIntervals > 0 && { filledIntervals }),
  });
}

/** The shelf's market with what the command line says of its columns and clock. */
function asTyped(market: RecordedMarket, { columns, timezone, stamps }: BacktestArguments): RecordedMarket {
  const { time, ...values } = columns;
  const clock = timezone ?? market.format.clock;
  return {
    ...market,
    format: {
      ...market.format,
      timeColumns: time === undefined ? market.format.timeColumns : [time],
      columns: {
        ...market.format.columns,
        ...Object.fromEntries(Object.entries(values).map(([name, at]) => [name, [at]])),
      },
      needed: ["price", ...Object.keys(values)],
      clock,
      stamps: stamps ?? market.format.stamps,
    },
    dayClock: timezone ?? market.dayClock,
  };
}

interface Scene {
  readonly table: MarketTable;
  readonly from: number;
  readonly to: number;
  readonly filledIntervals: number;
}

function sceneOf(wish: BacktestArguments, market: RecordedMarket): Result<Scene, CodedError> {
  const opened = openTable({
    market,
    prices: wish.prices,
    series: wish.series,
    covariates: wish.covariates,
    fillGapsMs: wish.fillGapsMs,
  });
  if (!opened.ok) return opened;
  const { filledIntervals } = opened.value;
  const whole = opened.value.table;
  const indexOf = (date: string | undefined, otherwise: number): Result<number, CodedError> => {
    if (date === undefined) return ok(otherwise);
    const instant = midnightOf(date, market.dayClock);
    if (!instant.ok) return instant;
    const index = Math.ceil((instant.value - whole.startMs) / whole.intervalMs);
    if (index > whole.prices.length)
      return fail({
        code: "lab.outside-series",
        date,
        seriesStarts: iso(whole.startMs),
        intervals: whole.prices.length,
      });
    return ok(Math.max(0, index));
  };
  const learnFrom = indexOf(wish.learnFrom, 0);
  if (!learnFrom.ok) return learnFrom;
  const perDay = Math.round(86_400_000 / whole.intervalMs);
  const from = indexOf(wish.from, learnFrom.value + LEARN_DAYS * perDay);
  if (!from.ok) return from;
  const to = indexOf(wish.to, whole.prices.length);
  if (!to.ok) return to;
  const table = since(whole, learnFrom.value);
  return ok({ table, from: from.value - learnFrom.value, to: to.value - learnFrom.value, filledIntervals });
}

function since(table: MarketTable, index: number): MarketTable {
  if (index === 0) return table;
  const cut = (values: Float64Array): Float64Array => values.slice(index);
  return {
    ...table,
    startMs: (table.startMs + index * table.intervalMs) as UtcMs,
    prices: cut(table.prices),
    measured: table.measured.map(({ name, values }) => ({ name, values: cut(values) })),
    published: table.published.map(({ name, values }) => ({ name, values: cut(values) })),
  };
}

function midnightOf(date: string, clock: string | number): Result<UtcMs, CodedError> {
  if (typeof clock === "string") return instantOf(clock, date);
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) ? fail({ code: "time.not-a-date", date }) : ok((ms - clock * 60_000) as UtcMs);
}

const iso = (ms: number): string => new Date(ms).toISOString();

interface Summary extends Score {
  readonly market: string;
  readonly strategy: string;
  readonly from: string;
  readonly to: string;
  readonly intervals: number;
  readonly baselines: Readonly<Record<string, Score>>;
  readonly topBottom?: TopBottom;
}

function inWords({ baselines, topBottom, ...own }: Summary): readonly string[] {
  const share = (value: number | null): string =>
    value === null ? "     -" : `${(value * 100).toFixed(1).padStart(5)} %`;
  const row = (name: string, score: Score): string =>
    `${name.padEnd(20)} ${score.profit.toFixed(0).padStart(14)} ${share(score.capture)} ${share(score.captureWithoutTop10Days)} ${score.cyclesPerDay.toFixed(2).padStart(10)}`;
  return [
    `${own.market}, ${own.from} to ${own.to}, ${own.intervals} intervals; money after wear`,
    "",
    `${"".padEnd(20)} ${"profit".padStart(14)} capture w/o top 10 cycles/day`,
    row(own.strategy, own),
    ...Object.entries(baselines).map(([name, score]) => row(name, score)),
    `${"perfect foresight".padEnd(20)} ${own.perfectForesightProfit.toFixed(0).padStart(14)}`,
    ...(topBottom === undefined
      ? []
      : [
          `${topBottom.name.padEnd(20)} ${topBottom.amount.toFixed(0).padStart(14)} ${share(topBottom.share)} of it earned`,
          topBottom.definition,
        ]),
  ];
}

function refuse(sentence: string): number {
  process.stderr.write(`fleetctl: backtest: ${sentence}\n`);
  return 1;
}

function usage(sentence: string): number {
  process.stderr.write(`fleetctl: backtest: ${sentence}; fleetctl backtest --help says more\n`);
  return 2;
}

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { hours } from "@penstock/protocol/units";
import { type DayAheadMarket, dayAheadModels, daysOf, HOURS } from "../forecast/day-ahead/index.ts";
import { backtestDayAhead, type DayAheadBacktestResult } from "../lab/day-ahead-backtest/backtest-day-ahead.ts";
import { BLOCK_DAYS, BlockStore } from "../lab/forecast-eval/blocks.ts";
import { TEST_DAYS } from "../lab/forecast-eval/evaluate-day-ahead.ts";
import { readDayAheadFile } from "../lab/forecast-eval/read-day-ahead-file.ts";
import type { MarketTable } from "../lab/interval-backtest/market-table.ts";
import { shuffledFuture } from "../lab/interval-backtest/shuffled-future.ts";
import { reportPage } from "../lab/report/report-page.ts";
import { codeVersion } from "../models/code-version.ts";
import type { BacktestArguments } from "./backtest-arguments.ts";

const DAY_MS = 86_400_000;
const MODEL = "blend";

export interface DayAheadSummary extends Omit<DayAheadBacktestResult, "profitByHour" | "socByHour" | "hindsight"> {
  readonly market: string;
  readonly strategy: string;
  readonly model: string;
  readonly from: string;
  readonly to: string;
}

/** `fleetctl backtest --market day-ahead`: the last two years of the file, or `--from` to `--to`, by the benchmark's protocol. */
export async function runDayAhead(
  wish: BacktestArguments,
  trader: string,
  onProgress: (text: string) => void,
): Promise<Result<DayAheadSummary, CodedError>> {
  const [path, ...more] = wish.prices;
  if (path === undefined || more.length > 0) return fail({ code: "lab.one-file", files: wish.prices });
  const name = basename(path).replace(/\.csv(\.gz)?$/, "");
  const file = readDayAheadFile(path, name);
  if (!file.ok) return file;
  const stretch = stretchOf(file.value.market, wish);
  if (!stretch.ok) return stretch;
  const { testDays } = stretch.value;
  const firstHour = (daysOf(stretch.value.market) - testDays) * HOURS;
  const market = wish.shuffle ? shuffledFuture(stretch.value.market, firstHour, "shuffle") : stretch.value.market;
  // The very blocks `npm run forecast-eval` makes and keeps: what one has forecast the other need not.
  const folder = resolve(import.meta.dirname, "../../.penstock/forecast-eval");
  const store = new BlockStore(join(folder, `${name}-${fingerprint(market.prices)}`), (model) =>
    codeVersion(fileURLToPath(dayAheadModels[model]?.module ?? import.meta.url)),
  );
  const result = await backtestDayAhead({
    market,
    battery: wish.battery,
    trader,
    model: MODEL,
    testDays,
    store,
    workers: wish.workers,
    onProgress,
  });
  if (!result.ok) return result;
  const { profitByHour: profit, socByHour: soc, ...figures } = result.value;
  if (wish.report !== undefined) {
    const page = reportPage({
      market: "day-ahead",
      strategy: trader,
      table: tableOf(market),
      battery: wish.battery,
      from: firstHour,
      result: { ...figures, run: { profit, soc } },
      curves: new Map(),
    });
    try {
      writeFileSync(wish.report, page);
    } catch (error) {
      return fail({ code: "lab.report-not-written", file: wish.report, reason: (error as Error).message });
    }
  }
  const { hindsight: _, ...told } = figures;
  const dateOf = (day: number): string => new Date(market.firstDayMs + day * DAY_MS).toISOString().slice(0, 10);
  const endDay = daysOf(market);
  return ok({
    market: "day-ahead",
    strategy: trader,
    model: MODEL,
    from: dateOf(endDay - testDays),
    to: dateOf(endDay),
    ...told,
  });
}

/** Hourly prices on the market's own clock. */
const tableOf = ({ name, firstDayMs, prices }: DayAheadMarket): MarketTable => ({
  source: name,
  intervalMs: hours(1),
  startMs: firstDayMs,
  utcOffsetMs: 0,
  prices,
  measured: [],
  published: [],
});

/** The market from `--learn-from` to `--to`, and how many of its days count. */
function stretchOf(
  market: DayAheadMarket,
  { learnFrom, from, to }: BacktestArguments,
): Result<{ readonly market: DayAheadMarket; readonly testDays: number }, CodedError> {
  const dayOf = (date: string | undefined, otherwise: number): number =>
    date === undefined ? otherwise : Math.round((Date.parse(`${date}T00:00:00Z`) - market.firstDayMs) / DAY_MS);
  const first = Math.max(0, dayOf(learnFrom, 0));
  const end = Math.min(daysOf(market), dayOf(to, daysOf(market)));
  const start = dayOf(from, Math.max(end - TEST_DAYS, first + Math.floor((end - first) / 2)));
  const spare = start - first;
  if (!(start < end) || spare < 2 * BLOCK_DAYS)
    return fail({
      code: "lab.too-little-to-learn",
      learnDays: spare,
      neededDays: 2 * BLOCK_DAYS,
      testDays: end - start,
    });
  const cut = (values: Float64Array): Float64Array => values.slice(first * HOURS, end * HOURS);
  return ok({
    market: {
      name: market.name,
      firstDayMs: (market.firstDayMs + first * DAY_MS) as DayAheadMarket["firstDayMs"],
      prices: cut(market.prices),
      known: market.known.map(({ name, values }) => ({ name, values: cut(values) })),
    },
    testDays: end - start,
  });
}

const fingerprint = (prices: Float64Array): string =>
  createHash("sha256")
    .update(new Uint8Array(prices.buffer, prices.byteOffset, prices.byteLength))
    .digest("hex")
    .slice(0, 8);

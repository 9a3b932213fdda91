import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { describeError } from "@penstock/protocol/result";
import { dayAheadMixes, dayAheadModels } from "../../forecast/day-ahead/index.ts";
import { seriesForecasters } from "../../forecast/series/index.ts";
import { TEST_DAYS } from "./evaluate-day-ahead.ts";
import { evaluateNemMonth } from "./evaluate-nem-month.ts";
import { evaluateSeries, type SeriesScore } from "./evaluate-series.ts";
import { BLOCKS_FOLDER, judgeRecordedMarket } from "./judge-recorded-market.ts";
import { readSiteSeries, siteFormats } from "./read-site-series.ts";

const HELP = `npm run forecast-eval -- --dataset epf:NAME|nem:YYYYMM|vpp:NAME --data DIR [OPTIONS]

Judges a forecaster on recorded prices, every day or half hour forecast with what was known then.

  --dataset epf:NAME    day-ahead auctions, NAME.csv or NAME.csv.gz in DIR or DIR/epf: hourly times, prices and
                        published forecasts by the names of their columns (NP, PJM, FR, BE, DE, or any like them)
  --dataset nem:YYYYMM  a month of Australia's market by region and distance, against the operator's own forecast:
                        predispatch_price*YYYYMM*.parquet and dispatch_price*YYYYMM*.csv[.gz] in DIR or DIR/aemo_nem,
                        and, where it is there, trading_30min*.csv[.gz] for the weeks before
  --dataset vpp:NAME    a year of homes' meters (${siteFormats.join(", ")}), what they use and what their roofs give, 1, 4 and
                        24 hours ahead from every hour: NAME*.csv[.gz] in DIR or DIR/vpp
  --data DIR            where the files are
  --json                one JSON object on the last line of stdout

For epf:
  --model NAME          ${Object.keys(dayAheadMixes).join(", ")}, or one alone (default blend):
${wrapped(Object.keys(dayAheadModels))}
  --days N              judge only the last N days (default ${TEST_DAYS}, as the benchmark does)
  --workers N           threads (default: one a core)
  --out DIR             where finished blocks of days are kept, so that an interrupted run goes on where it was
                        (default .penstock/forecast-eval)

  npm run forecast-eval -- --dataset epf:NP --data ../data --json
  npm run forecast-eval -- --dataset nem:202101 --data ../data
  npm run forecast-eval -- --dataset vpp:citylearn --data ../data
`;

interface Wish {
  readonly dataset: string;
  readonly data: string;
  readonly model: string;
  readonly days: number;
  readonly workers: number;
  readonly out: string;
  readonly isJson: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dataset: { type: "string" },
      data: { type: "string" },
      model: { type: "string", default: "blend" },
      days: { type: "string", default: String(TEST_DAYS) },
      workers: { type: "string", default: String(availableParallelism()) },
      out: { type: "string", default: BLOCKS_FOLDER },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { dataset, data, model } = values;
  if (dataset === undefined || data === undefined) return usage("--dataset and --data are needed");
  if (dayAheadMixes[model] === undefined && dayAheadModels[model] === undefined)
    return usage(`there is no model "${model}"`);
  const days = Number(values.days);
  const workers = Number(values.workers);
  if (!(Number.isInteger(days) && days >= 1)) return usage("--days wants a whole number from 1");
  if (!(Number.isInteger(workers) && workers >= 1)) return usage("--workers wants a whole number from 1");
  const wish = { dataset, data, model, days, workers, out: values.out, isJson: values.json };
  const [family, name = ""] = dataset.split(":");
  if (family === "epf" && /^[\w.-]+$/.test(name)) return judgeDayAhead(wish);
  if (family === "nem" && /^\d{6}$/.test(name)) return judgeNemMonth(wish, name);
  if (family === "vpp" && siteFormats.includes(name)) return judgeHomes(wish, name);
  return usage(`--dataset wants epf:NAME, nem:YYYYMM or vpp:${siteFormats.join("|")}, not "${dataset}"`);
}

async function judgeHomes({ dataset, data, isJson }: Wish, name: string): Promise<number> {
  const path = [join(data, "vpp"), data].flatMap((folder) => filesIn(folder).filter((file) => isOf(file, name)))[0];
  if (path === undefined) return refuse(`there is no ${name}*.csv[.gz] in ${data} or ${join(data, "vpp")}`);
  const read = readSiteSeries(path, name);
  if (!read.ok) return refuse(describeError(read.error));
  const { homes, ...series } = read.value;
  const scores: Record<string, readonly SeriesScore[]> = {};
  say("W, all homes   hours ahead      MAE  persistence  yesterday  last week  in 90 % band");
  for (const [what, measured] of Object.entries(series)) {
    const forecaster = seriesForecasters[what];
    if (forecaster === undefined) continue;
    const judged = evaluateSeries(measured, forecaster, HOURS_AHEAD);
    if (!judged.ok) return refuse(describeError(judged.error));
    scores[what] = judged.value;
    for (const { hoursAhead, mae, persistenceMae, yesterdayMae, lastWeekMae, bandCoverage } of judged.value) {
      const cells = [mae, persistenceMae, yesterdayMae, lastWeekMae].map((value, i) =>
        value.toFixed(0).padStart([9, 13, 11, 11][i] as number),
      );
      say(
        `${what.padEnd(13)} ${String(hoursAhead).padStart(12)}${cells.join("")}${`${(100 * bandCoverage).toFixed(0)} %`.padStart(14)}`,
      );
    }
  }
  const days = Math.floor((series.load.values.length * series.load.intervalMs) / 86_400_000);
  print(isJson, { dataset, homes, days, unit: "W", series: scores }, { dataset, homes, days });
  return 0;
}

const HOURS_AHEAD = [1, 4, 24];

const filesIn = (folder: string): readonly string[] =>
  existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];

const isOf = (path: string, name: string): boolean => basename(path).startsWith(name) && /\.csv(\.gz)?$/.test(path);

async function judgeDayAhead(wish: Wish): Promise<number> {
  const startedMs = performance.now();
  const result = await judgeRecordedMarket({ ...wish, say });
  if (!result.ok) return refuse(describeError(result.error));
  const { members, ...figures } = result.value;
  for (const { model, mae, rmae } of members) say(`${model.padEnd(36)} MAE ${mae.toFixed(3)}  rMAE ${rmae.toFixed(3)}`);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  print(wish.isJson, { dataset: wish.dataset, ...figures, seconds, members }, figures);
  return 0;
}

async function judgeNemMonth({ dataset, data, isJson }: Wish, month: string): Promise<number> {
  const result = await evaluateNemMonth([data, join(data, "aemo_nem")], month, (region, done, of) =>
    say(`${region}, ${done} of ${of} regions`),
  );
  if (!result.ok) return refuse(describeError(result.error));
  const { regions, ...figures } = result.value;
  say("region  hours ahead      MAE  operator  persistence  yesterday");
  for (const [region, scores] of Object.entries(regions)) {
    for (const { hoursAhead, mae, operatorMae, persistenceMae, yesterdayMae } of scores) {
      const cells = [mae, operatorMae, persistenceMae, yesterdayMae].map((value, i) =>
        value.toFixed(1).padStart([9, 10, 13, 11][i] as number),
      );
      say(`${region.padEnd(6)}  ${hoursAhead.toFixed(1).padStart(11)}${cells.join("")}`);
    }
  }
  print(isJson, { dataset, ...result.value }, figures);
  return 0;
}

function print(isJson: boolean, all: object, figures: object): void {
  if (isJson) process.stdout.write(`${JSON.stringify(all)}\n`);
  else for (const [key, value] of Object.entries(figures)) process.stdout.write(`${key.padEnd(14)} ${value}\n`);
}

function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < names.length; at += 3) lines.push(`      ${names.slice(at, at + 3).join(", ")}`);
  return lines.join("\n");
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function refuse(text: string): number {
  process.stderr.write(`forecast-eval: ${text}\n`);
  return 1;
}

function usage(text: string): number {
  process.stderr.write(`forecast-eval: ${text}\n\n${HELP}`);
  return 2;
}

process.exitCode = await main();

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { describeError } from "@penstock/protocol/result";
import { dayAheadMixes, dayAheadModels, daysOf } from "../../forecast/day-ahead/index.ts";
import { BLOCK_DAYS, BlockStore } from "./blocks.ts";
import { codeVersion } from "./code-version.ts";
import { evaluateDayAhead, TEST_DAYS } from "./evaluate-day-ahead.ts";
import { evaluateNemMonth } from "./evaluate-nem-month.ts";
import { readDayAheadFile } from "./read-day-ahead-file.ts";

const HELP = `npm run forecast-eval -- --dataset epf:NAME|nem:YYYYMM --data DIR [OPTIONS]

Judges a forecaster on recorded prices, every day or half hour forecast with what was known then.

  --dataset epf:NAME    day-ahead auctions, NAME.csv or NAME.csv.gz in DIR or DIR/epf: hourly times, prices and
                        published forecasts by the names of their columns (NP, PJM, FR, BE, DE, or any like them)
  --dataset nem:YYYYMM  a month of Australia's market by region and distance, against the operator's own forecast:
                        predispatch_price*YYYYMM*.parquet and dispatch_price*YYYYMM*.csv[.gz] in DIR or DIR/aemo_nem,
                        and, where it is there, trading_30min*.csv[.gz] for the weeks before
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
      out: { type: "string", default: resolve(import.meta.dirname, "../../../.penstock/forecast-eval") },
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
  if (family === "epf" && /^[\w.-]+$/.test(name)) return judgeDayAhead(wish, name);
  if (family === "nem" && /^\d{6}$/.test(name)) return judgeNemMonth(wish, name);
  return usage(`--dataset wants epf:NAME or nem:YYYYMM, not "${dataset}"`);
}

async function judgeDayAhead(
  { dataset, data, model, days, workers, out, isJson }: Wish,
  name: string,
): Promise<number> {
  const path = ["", "epf"]
    .flatMap((folder) => [".csv.gz", ".csv"].map((ending) => join(data, folder, name + ending)))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) return refuse(`there is no ${name}.csv or ${name}.csv.gz in ${data} or ${data}/epf`);
  const file = readDayAheadFile(path, name);
  if (!file.ok) return refuse(`${path}: ${describeError(file.error)}`);
  const { market, filledHours, mergedHours } = file.value;
  if (daysOf(market) < days + BLOCK_DAYS)
    return refuse(`${path} has ${daysOf(market)} days; to judge ${days} takes ${days + BLOCK_DAYS} at least`);
  if (filledHours + mergedHours > 0)
    say(`${filledHours} hours filled and ${mergedHours} merged where the clock changed`);

  const startedMs = performance.now();
  const store = new BlockStore(join(out, `${name}-${fingerprint(market.prices)}`), (member) =>
    codeVersion(fileURLToPath(dayAheadModels[member]?.module ?? import.meta.url)),
  );
  const { members, ...figures } = await evaluateDayAhead({
    market,
    model,
    testDays: days,
    store,
    workers,
    onProgress: (done, of, block) => say(`${done} of ${of} blocks, ${block.model}`),
  });
  for (const { model: member, mae, rmae } of members)
    say(`${member.padEnd(36)} MAE ${mae.toFixed(3)}  rMAE ${rmae.toFixed(3)}`);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  print(isJson, { dataset, ...figures, seconds, members }, figures);
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

const fingerprint = (prices: Float64Array): string =>
  createHash("sha256").update(new Uint8Array(prices.buffer)).digest("hex").slice(0, 8);

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

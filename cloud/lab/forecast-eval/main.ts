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
import { readDayAheadFile } from "./read-day-ahead-file.ts";

const HELP = `npm run forecast-eval -- --dataset epf:NAME --data DIR [OPTIONS]

Judges a forecaster on recorded day-ahead prices, every day forecast with what was known before its auction.

  --dataset epf:NAME  NAME.csv or NAME.csv.gz in DIR or DIR/epf: hourly times, prices, published forecasts,
                      by the names of their columns (NP, PJM, FR, BE, DE, or any file like them)
  --data DIR          where the files are
  --model NAME        ${Object.keys(dayAheadMixes).join(", ")}, or one alone (default blend):
                      ${wrapped(Object.keys(dayAheadModels))}
  --days N            judge only the last N days (default ${TEST_DAYS}, as the benchmark does)
  --workers N         threads (default: one a core)
  --out DIR           where finished blocks of days are kept, so that a run goes on where it was
                      interrupted (default .penstock/forecast-eval)
  --json              one JSON object on the last line of stdout

  npm run forecast-eval -- --dataset epf:NP --data ../data --json
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      dataset: { type: "string" },
      data: { type: "string" },
      model: { type: "string", default: "blend" },
      days: { type: "string", default: String(TEST_DAYS) },
      workers: { type: "string", default: String(availableParallelism()) },
      out: { type: "string", default: resolve(import.meta.dirname, "../../../.penstock/forecast-eval") },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { dataset, data, model } = values;
  if (dataset === undefined || data === undefined) return usage("--dataset and --data are needed");
  const [family, name = ""] = dataset.split(":");
  if (family !== "epf" || !/^[\w.-]+$/.test(name)) return usage(`--dataset wants epf:NAME, not "${dataset}"`);
  if (dayAheadMixes[model] === undefined && dayAheadModels[model] === undefined)
    return usage(`there is no model "${model}"`);
  const testDays = Number(values.days);
  const workers = Number(values.workers);
  if (!(Number.isInteger(testDays) && testDays >= 1)) return usage("--days wants a whole number from 1");
  if (!(Number.isInteger(workers) && workers >= 1)) return usage("--workers wants a whole number from 1");

  const path = ["", "epf"]
    .flatMap((folder) => [".csv.gz", ".csv"].map((ending) => join(data, folder, name + ending)))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) return refuse(`there is no ${name}.csv or ${name}.csv.gz in ${data} or ${data}/epf`);
  const file = readDayAheadFile(path, name);
  if (!file.ok) return refuse(`${path}: ${describeError(file.error)}`);
  const { market, filledHours, mergedHours } = file.value;
  const spareDays = daysOf(market) - testDays;
  if (spareDays < BLOCK_DAYS)
    return refuse(`${path} has ${daysOf(market)} days; ${testDays} to judge need ${testDays + BLOCK_DAYS} at least`);
  if (filledHours + mergedHours > 0)
    say(`${filledHours} hours filled and ${mergedHours} merged where the clock changed`);

  const startedMs = performance.now();
  const store = new BlockStore(join(values.out, `${name}-${fingerprint(market.prices)}`), (member) =>
    codeVersion(fileURLToPath(dayAheadModels[member]?.module ?? import.meta.url)),
  );
  const result = await evaluateDayAhead({
    market,
    model,
    testDays,
    store,
    workers,
    onProgress: (done, of, block) => say(`${done} of ${of} blocks, ${block.model}`),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const { members, ...figures } = result;
  for (const { model: member, mae, rmae } of members)
    say(`${member.padEnd(24)} MAE ${mae.toFixed(3)}  rMAE ${rmae.toFixed(3)}`);
  const summary = { dataset, ...figures, seconds: Math.round(seconds), members };
  if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  else for (const [key, value] of Object.entries(figures)) process.stdout.write(`${key.padEnd(10)} ${value}\n`);
  return 0;
}

const fingerprint = (prices: Float64Array): string =>
  createHash("sha256").update(new Uint8Array(prices.buffer)).digest("hex").slice(0, 8);

function wrapped(names: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < names.length; at += 4) lines.push(names.slice(at, at + 4).join(", "));
  return lines.join(",\n                      ");
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

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { dayAheadModels, daysOf } from "../../forecast/day-ahead/index.ts";
import { codeVersion } from "../../models/code-version.ts";
import { BLOCK_DAYS, BlockStore } from "./blocks.ts";
import { type DayAheadResult, evaluateDayAhead } from "./evaluate-day-ahead.ts";
import { readDayAheadFile } from "./read-day-ahead-file.ts";

/** Where finished blocks of days are kept unless told otherwise. */
export const BLOCKS_FOLDER = resolve(import.meta.dirname, "../../../.penstock/forecast-eval");

export interface RecordedMarketWish {
  /** `epf:NP`: the file NP.csv or NP.csv.gz. */
  readonly dataset: string;
  readonly data: string;
  readonly model: string;
  readonly days: number;
  readonly workers: number;
  readonly out: string;
  readonly say: (text: string) => void;
}

/** Finds the file of a day-ahead market, reads it, and judges a model on its last days. */
export async function judgeRecordedMarket(wish: RecordedMarketWish): Promise<Result<DayAheadResult, CodedError>> {
  const { dataset, data, model, days, workers, out, say } = wish;
  const name = dataset.replace(/^epf:/, "");
  const paths = ["", "epf"].flatMap((folder) => [".csv.gz", ".csv"].map((ending) => join(data, folder, name + ending)));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) return fail({ code: "lab.no-file", looked: paths });
  const file = readDayAheadFile(path, name);
  if (!file.ok) return file;
  const { market, filledHours, mergedHours } = file.value;
  if (daysOf(market) < days + BLOCK_DAYS)
    return fail({ code: "lab.too-few-days", path, days: daysOf(market), needed: days + BLOCK_DAYS });
  if (filledHours + mergedHours > 0)
    say(`${filledHours} hours filled and ${mergedHours} merged where the clock changed`);
  const store = new BlockStore(join(out, `${name}-${fingerprint(market.prices)}`), (member) =>
    codeVersion(fileURLToPath(dayAheadModels[member]?.module ?? import.meta.url)),
  );
  const onProgress = (done: number, of: number, block: { readonly model: string }): void =>
    say(`${done} of ${of} blocks, ${block.model}`);
  return ok(await evaluateDayAhead({ market, model, testDays: days, store, workers, onProgress }));
}

const fingerprint = (prices: Float64Array): string =>
  createHash("sha256").update(new Uint8Array(prices.buffer)).digest("hex").slice(0, 8);

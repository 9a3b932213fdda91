import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { UtcMs } from "@penstock/protocol/units";
import { evaluateOperator, type HorizonScores } from "./evaluate-operator.ts";
import { type HalfHours, halfHoursOfDispatch, halfHoursOfTable } from "./half-hours.ts";
import { readPreDispatch } from "./read-pre-dispatch.ts";

const HALF_HOUR_MS = 1_800_000;
/** Half hours of earlier prices that are used, where there are any. */
const BEFORE = 60 * 48;
/** The distances a desk asks about most; the summary is over these. */
const SUMMARY_HOURS = [1, 4, 12];

export interface NemMonthResult {
  readonly model: "operator-blend";
  readonly days: number;
  /** Means over regions, 1, 4 and 12 hours ahead. */
  readonly mae: number;
  /** `mae` over that of yesterday's prices. */
  readonly rmae: number;
  readonly smape: number;
  readonly rmse: number;
  /** Of yesterday's prices. */
  readonly naiveMae: number;
  readonly operatorMae: number;
  readonly persistenceMae: number;
  /** Of the regions at 1, 4 and 12 hours, in how many the blend is better than all three. */
  readonly best: number;
  readonly compared: number;
  readonly regions: Readonly<Record<string, readonly HorizonScores[]>>;
}

/** A month (`202101`) of the NEM from the files in a folder: `predispatch_price…`, `dispatch_price…`, earlier prices if there. */
export async function evaluateNemMonth(
  folders: readonly string[],
  month: string,
  onProgress: (region: string, done: number, of: number) => void,
): Promise<Result<NemMonthResult, CodedError>> {
  const find = (pattern: RegExp): string | undefined =>
    folders.flatMap((folder) =>
      namesIn(folder)
        .filter((name) => pattern.test(name))
        .map((name) => join(folder, name)),
    )[0];
  const forecasts = find(new RegExp(`^predispatch_price.*${month}.*\\.parquet$`));
  const dispatch = find(new RegExp(`^dispatch_price.*${month}.*\\.csv(\\.gz)?$`));
  const table = find(/^trading_30min.*\.csv(\.gz)?$/);
  if (forecasts === undefined || dispatch === undefined) {
    const missing = forecasts === undefined ? `predispatch_price…${month}….parquet` : `dispatch_price…${month}….csv`;
    return fail({ code: "lab.no-file", folders, wanted: missing });
  }
  const read = await readPreDispatch(forecasts);
  if (!read.ok) return read;
  const regions: Record<string, readonly HorizonScores[]> = {};
  let days = 0;
  for (const [region, runs] of read.value) {
    const actual = halfHoursOfDispatch(dispatch, region);
    if (!actual.ok) return actual;
    const earlier = table === undefined ? undefined : halfHoursOfTable(table, region);
    const before = earlier?.ok ? endingAt(earlier.value, actual.value.startMs) : undefined;
    regions[region] = evaluateOperator({ runs, actual: actual.value, ...(before !== undefined && { before }) });
    days = Math.max(days, Math.floor(actual.value.prices.length / 48));
    onProgress(region, Object.keys(regions).length, read.value.size);
  }
  const summed = Object.values(regions).flatMap((scores) =>
    scores.filter(({ hoursAhead }) => SUMMARY_HOURS.includes(hoursAhead)),
  );
  const mean = (of: (scores: HorizonScores) => number): number =>
    summed.reduce((sum, scores) => sum + of(scores), 0) / summed.length;
  const mae = mean((scores) => scores.mae);
  const naiveMae = mean((scores) => scores.yesterdayMae);
  return ok({
    model: "operator-blend",
    days,
    mae,
    rmae: mae / naiveMae,
    smape: mean((scores) => scores.smape),
    rmse: mean((scores) => scores.rmse),
    naiveMae,
    operatorMae: mean((scores) => scores.operatorMae),
    persistenceMae: mean((scores) => scores.persistenceMae),
    best: summed.filter(({ best }) => best).length,
    compared: summed.length,
    regions,
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The latest part of a series that ends at a moment; nothing when it does not reach there. */
function endingAt({ startMs, prices }: HalfHours, endMs: UtcMs): HalfHours | undefined {
  const end = (endMs - startMs) / HALF_HOUR_MS;
  if (end < 1 || end > prices.length) return undefined;
  const from = Math.max(0, end - BEFORE);
  return { startMs: (startMs + from * HALF_HOUR_MS) as UtcMs, prices: prices.slice(from, end) };
}

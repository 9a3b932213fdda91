import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { endMsOf, readOperatorSeries } from "../../prices/operator-files/operator-series.ts";
import type { RecordedMarket } from "./market-formats.ts";
import type { TimedRows } from "./read-table.ts";

/** Where an operator's own name for a series is not the lab's. */
const DEMAND = "TOTALDEMAND";

/** One series out of an operator's own files, stamped as the market's tables are. `generic` takes every operator's. */
export function readOperatorTable(
  paths: readonly string[],
  market: RecordedMarket,
  series: string | undefined,
): Result<TimedRows, CodedError> {
  const read = readOperatorSeries(paths, { series });
  if (!read.ok) return read;
  const { reader, intervals, valueColumn, source } = read.value;
  if (market.name !== "generic" && market.name !== reader.name) {
    return fail({ code: "prices.other-market", source, files: reader.name, market: market.name });
  }
  const stamps = market.format.stamps;
  const column = (name: string): Float64Array => Float64Array.from(intervals, ({ values }) => values[name] as number);
  const columns = new Map([["price", column(valueColumn)]]);
  if (intervals.every(({ values }) => Number.isFinite(values[DEMAND]))) columns.set("demand", column(DEMAND));
  return ok({
    source,
    timesMs: Float64Array.from(intervals, (each) => (stamps === "interval-end" ? endMsOf(each) : each.startMs)),
    columns,
  });
}

import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import { endMsOf, readOperatorSeries } from "./operator-files/operator-series.ts";
import { refusal } from "./operator-files/text-files.ts";
import type { PriceFileError } from "./parse-price-text.ts";
import type { PriceFileFormat } from "./price-file-format.ts";
import type { PriceSeries } from "./price-series.ts";

/**
 * An operator's own files as a series to trade on: of the format's market, of intervals of one length, without a gap
 * and with every price between floor and cap of its date. Anything else is refused, since nothing is filled in.
 */
export function readOperatorPriceSeries(
  paths: readonly string[],
  format: PriceFileFormat,
  region?: string,
): Result<PriceSeries, PriceFileError | CodedError> {
  const read = readOperatorSeries(paths, { series: region });
  if (!read.ok) return read;
  const { reader, intervals, valueColumn, series, source, knownAfterStartMs } = read.value;
  const refuse = (code: PriceFileError["code"], says: string) => fail(refusal(code, source, 1, says));
  if (reader.name !== format.name)
    return refuse("prices.other-market", `it is of ${reader.name}, not of ${format.name}`);
  const [first] = intervals;
  const intervalMs = first?.lengthMs ?? 0;
  let endMs = first?.startMs;
  for (const interval of intervals) {
    const at = new Date(interval.startMs).toISOString();
    if (interval.lengthMs !== intervalMs) return refuse("prices.gap", `the interval at ${at} has another length`);
    if (interval.startMs !== endMs) return refuse("prices.gap", `there is no price before ${at}: ${series} has a gap`);
    endMs = endMsOf(interval);
    const price = interval.values[valueColumn] as number;
    const limits = format.limitsAt(interval.startMs);
    if (!limits.ok) return refuse("prices.no-limits", `no price limits are known for ${at}: ${limits.error.code}`);
    const { floor, cap } = limits.value;
    if (price < floor || price > cap)
      return refuse("prices.beyond-limits", `the price at ${at} is ${price}, outside ${floor} to ${cap}`);
  }
  if (first === undefined) return refuse("prices.too-short", "there is no price in it");
  return ok({
    region: series,
    currency: format.currency,
    intervalMs: intervalMs as Ms,
    startMs: first.startMs,
    knownAfterStartMs,
    prices: Float64Array.from(intervals, ({ values }) => values[valueColumn] as number),
    generated: false,
    source,
  });
}

import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { markets } from "../../markets/index.ts";
import { type PriceSeries, readPriceFile } from "../../prices/index.ts";
import { readerOf } from "../../prices/operator-files/read-operator-files.ts";
import { type RecordedMarket, recordedMarkets } from "../interval-backtest/market-formats.ts";
import { openTable } from "../interval-backtest/open-table.ts";
import { readTable } from "../interval-backtest/read-table.ts";

/**
 * The recorded prices a target `MARKET:SERIES` is about. A file is the operator's own, or any table whose first line names
 * its columns: of several columns of numbers the series is one by its heading, a single one may be called anything. Stamps
 * of a table are UTC and interval starts, those of the NEM its own. Refused with `models.unknown-market`, `prices.no-series`
 * (which names those there are), and as the readers do.
 */
export function readTargetPrices(target: string, path: string): Result<PriceSeries, CodedError> {
  const [marketId = "", series = "", ...more] = target.split(":");
  const market = Object.hasOwn(markets, marketId) ? markets[marketId] : undefined;
  if (market === undefined || series === "" || more.length > 0) {
    return fail({ code: "models.unknown-market", target, wanted: "MARKET:SERIES", markets: Object.keys(markets) });
  }
  if (marketId === "nem") return readPriceFile(path, { region: series });
  const opened = openColumn(path, recordedMarkets[marketId] ?? (recordedMarkets["generic"] as RecordedMarket), series);
  if (!opened.ok) return opened;
  const { intervalMs, startMs, prices, source } = opened.value.table;
  return ok({
    region: series,
    currency: market.currency,
    intervalMs,
    startMs,
    // A price is there once its interval is over: the latest any of these operators tells it by.
    knownAfterStartMs: intervalMs,
    prices,
    generated: false,
    source,
  });
}

function openColumn(path: string, market: RecordedMarket, series: string) {
  const wish = { prices: [path], series, covariates: [], fillGapsMs: 0 };
  const reader = readerOf(path);
  if (!reader.ok) return reader;
  if (reader.value !== undefined) return openTable({ ...wish, market: recordedMarkets["generic"] as RecordedMarket });
  const { format } = market;
  const all = readTable(path, { ...format, columns: {}, needed: [], others: true });
  if (!all.ok) return all;
  const names = [...all.value.columns.keys()];
  const own =
    names.find((name) => name.toLowerCase() === series.toLowerCase()) ?? (names.length === 1 ? names[0] : undefined);
  if (own === undefined) return fail({ code: "prices.no-series", series, source: all.value.source, there: names });
  return openTable({ ...wish, market: { ...market, format: { ...format, columns: { price: [own] } } } });
}

import { expect, test } from "vitest";
import { marketOf, markets } from "../markets/index.ts";
import { marketPriceFile } from "./market-price-file.ts";
import { openPrices } from "./open-prices.ts";
import { parsePriceText } from "./parse-price-text.ts";

const ercot = marketPriceFile(marketOf("ercot"));
const table = (...rows: readonly string[]): string => ["interval_start_utc,series,price", ...rows, ""].join("\n");

test("the plain table of an operator's files is read in UTC, by interval start", () => {
  const text = table(
    "2026-01-01T00:00:00Z,HB_HUBAVG,21.5",
    "2026-01-01T00:15:00Z,HB_HUBAVG,-3",
    "2026-01-01T00:30:00Z,HB_HUBAVG,4965.1",
  );
  expect(parsePriceText(text, ercot, { source: "hub.csv" })).toMatchObject({
    value: {
      region: "HB_HUBAVG",
      currency: "USD",
      intervalMs: 900_000,
      startMs: Date.UTC(2026, 0, 1),
      prices: new Float64Array([21.5, -3, 4965.1]),
      generated: false,
    },
  });
});

test.each([
  ["a gap", ["2026-01-01T00:00:00Z,A,1", "2026-01-01T00:15:00Z,A,1", "2026-01-01T00:45:00Z,A,1"], "prices.gap"],
  ["several series", ["2026-01-01T00:00:00Z,A,1", "2026-01-01T00:15:00Z,B,1"], "prices.several-regions"],
  ["a day that is not", ["2026-02-30T00:00:00Z,A,1", "2026-01-01T00:15:00Z,A,1"], "prices.malformed-date"],
  ["a slip of the pen", ["2026-01-01T00:00:00Z,A,1", "2026-01-01T00:15:00Z,A,215000"], "prices.beyond-limits"],
  ["another clock", ["2026-01-01T00:00:00+01:00,A,1", "2026-01-01T00:15:00Z,A,1"], "prices.malformed-date"],
])("%s is refused", (_, rows, code) => {
  expect(parsePriceText(table(...rows), ercot, { source: "hub.csv" })).toMatchObject({ error: { code } });
});

test("the NEM's file is its operator's, and another market's is not taken for it", () => {
  expect(marketPriceFile(marketOf("nem")).name).toBe("nem");
  const nem = "SETTLEMENTDATE,RRP\n2023/01/01 00:05:00,1\n2023/01/01 00:10:00,1\n";
  expect(parsePriceText(nem, ercot, { source: "nsw.csv" })).toMatchObject({ error: { code: "prices.missing-column" } });
});

test.each(Object.keys(markets))("%s: generated prices have its money, its intervals and its caps, and say so", (id) => {
  const market = marketOf(id);
  const opened = openPrices({ seed: 3, days: 2, from: "2026-06-10T00:00:00Z" }, market, "HERE");
  expect(opened).toMatchObject({
    value: { region: "HERE", currency: market.currency, intervalMs: market.intervalMs, generated: true },
  });
  expect(openPrices({ seed: 3, days: 2, from: "1990-06-10T00:00:00Z" }, market, "HERE").ok).toBe(false);
});

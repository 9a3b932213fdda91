import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { InvariantViolation } from "@penstock/protocol/result";
import { minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { recordedMarkets } from "./market-formats.ts";
import { MarketPast } from "./market-table.ts";
import { openTable } from "./open-table.ts";

const folder = mkdtempSync(join(tmpdir(), "open-table-"));
const generic = recordedMarkets["generic"] as NonNullable<(typeof recordedMarkets)[string]>;
const nem = recordedMarkets["nem"] as typeof generic;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
}

const stamp = (minute: number): string => new Date(Date.UTC(2024, 0, 1) + minute * 60_000).toISOString().slice(0, 16);
const csv = (offsets: readonly number[], price = (at: number) => at): string =>
  `time,price\n${offsets.map((at) => `${stamp(at).replace("T", " ")},${price(at)}`).join("\n")}\n`;
const open = (prices: readonly string[], covariates: readonly string[] = [], fillGapsMs = 0) =>
  openTable({ market: generic, prices, covariates, fillGapsMs });

test("files are joined in order of time, plain and gzipped", () => {
  const opened = open([file("b.csv.gz", csv([30, 45])), file("a.csv", csv([0, 15]))]);
  expect(opened.ok && [...opened.value.table.prices]).toEqual([0, 15, 30, 45]);
  expect(opened.ok && opened.value.table.intervalMs).toBe(900_000);
});

test.each([
  ["a gap", [csv([0, 15, 45])], 0, "prices.gap"],
  ["a gap longer than may be filled", [csv([0, 15, 60])], 15 * 60_000, "prices.gap"],
  ["a step that is no whole one", [csv([0, 15, 37])], 0, "prices.uneven-steps"],
  ["files that overlap", [csv([0, 15, 30]), csv([30, 45])], 0, "prices.files-overlap"],
  ["no file", [], 0, "prices.unreadable"],
])("%s is refused", (what, texts, fillGapsMs, code) => {
  const paths = texts.map((text, index) => file(`${what}-${index}.csv`, text));
  const found = open(paths.length === 0 ? [join(folder, "nowhere.csv")] : paths, [], fillGapsMs);
  expect(found).toMatchObject({ ok: false, error: { code } });
});

test("a gap that may be filled gets the last price, and is counted", () => {
  const opened = open([file("gap.csv", csv([0, 15, 45]))], [], 15 * 60_000);
  expect(opened.ok && [...opened.value.table.prices]).toEqual([0, 15, 15, 45]);
  expect(opened.ok && opened.value.filledIntervals).toBe(1);
});

test("stamps at the end of an interval give its start, and the market's clock its day", () => {
  const text = "SETTLEMENTDATE,TOTALDEMAND,RRP\n2023-01-01 00:05:00,7000,40\n2023-01-01 00:10:00,7000,41\n";
  const opened = openTable({ market: nem, prices: [file("nem.csv", text)], covariates: [], fillGapsMs: 0 });
  expect(opened.ok && new Date(opened.value.table.startMs).toISOString()).toBe("2022-12-31T14:00:00.000Z");
  expect(opened.ok && opened.value.table.measured.map(({ name }) => name)).toEqual(["demand"]);
});

test("an hourly covariate holds for each interval of its hour, and is nothing where the file has nothing", () => {
  const covariates = file("da.csv", `time,da_price,load\n${stamp(0)},50,1\n${stamp(60)},60,2\n`);
  const opened = open([file("quarters.csv", csv([0, 15, 30, 45, 60, 75, 90, 105, 120, 135]))], [covariates]);
  expect(opened.ok && opened.value.table.published.map(({ name }) => name)).toEqual(["da_price", "load"]);
  expect(opened.ok && [...(opened.value.table.published[0]?.values ?? [])]).toEqual([
    50,
    50,
    50,
    50,
    60,
    60,
    60,
    60,
    Number.NaN,
    Number.NaN,
  ]);
});

test("a past answers for what was cleared and published by then, and throws at the next thing", () => {
  const opened = open([file("day.csv", csv(Array.from({ length: 3 * 96 }, (_, at) => at * 15)))]);
  if (!opened.ok) throw new Error(opened.error.code);
  const table = { ...opened.value.table, published: [{ name: "da", values: opened.value.table.prices }] };
  const morning = new MarketPast(table, 40);
  expect(morning.price(39)).toBe(39 * 15);
  expect(() => morning.price(40)).toThrow(InvariantViolation);
  expect(() => morning.before(41)).toThrow(InvariantViolation);
  expect(morning.publishedEnd).toBe(96);
  expect(() => morning.published(0, 96)).toThrow(InvariantViolation);
  // From 15:00 on the day after has been published.
  expect(new MarketPast(table, 59).publishedEnd).toBe(96);
  expect(new MarketPast(table, 60).publishedEnd).toBe(192);
});

test.each([
  // now, UTC               published up to, UTC
  ["2024-07-01T18:45:00Z", "2024-07-02T04:00:00.000Z", "before 15:00 in New York: the rest of its day"],
  ["2024-07-01T19:00:00Z", "2024-07-03T04:00:00.000Z", "from 15:00 on: the next day and not an hour more"],
  ["2024-01-15T18:00:00Z", "2024-01-16T04:00:00.000Z", "in winter an hour less, and never more"],
])("at %s a market with summer time has published up to %s: %s", (now, until) => {
  const startMs = UtcMs(Date.UTC(2024, 0, 1, 5));
  const intervalMs = minutes(15);
  const prices = new Float64Array(190 * 96);
  const rows = Array.from(prices, (_, at) => `${new Date(startMs + at * intervalMs).toISOString()},${at}`);
  const opened = openTable({
    market: { ...generic, dayClock: "America/New_York" },
    prices: [file("summer.csv", `time,price\n${rows.join("\n")}\n`)],
    covariates: [],
    fillGapsMs: 0,
  });
  if (!opened.ok) throw new Error(opened.error.code);
  const past = new MarketPast(opened.value.table, (Date.parse(now) - startMs) / intervalMs);
  expect(new Date(startMs + past.publishedEnd * intervalMs).toISOString()).toBe(until);
});

test("an operator's own file is told by its first line and read as it comes", () => {
  const hours = Array.from({ length: 24 }, (_, at) => `07/01/2025,${at + 1}:00,HB_NORTH,${at},N`);
  const path = file(
    "dam.csv",
    `DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n${hours.join("\n")}\n`,
  );
  const opened = open([path]);
  expect(opened).toMatchObject({
    ok: true,
    value: { table: { intervalMs: 3_600_000, startMs: Date.UTC(2025, 6, 1, 5) } },
  });
  expect(opened.ok && opened.value.table.prices).toHaveLength(24);
  const other = openTable({ market: nem, prices: [path], covariates: [], fillGapsMs: 0 });
  expect(other).toMatchObject({ ok: false, error: { code: "prices.other-market", files: "ercot" } });
});

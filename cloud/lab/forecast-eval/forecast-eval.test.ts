import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { madeUpMarket } from "../../forecast/testing/made-up-market.ts";
import { codeVersion } from "../../models/code-version.ts";
import { BlockStore, blocksOf } from "./blocks.ts";
import { evaluateDayAhead } from "./evaluate-day-ahead.ts";
import { parseDayAheadText } from "./read-day-ahead-file.ts";
import { scoresOf } from "./scores.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-eval-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hoursFrom = (first: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, hour) => new Date(Date.parse(`${first}T00:00Z`) + hour * 3_600_000).toISOString());
const row = (time: string, index: number): string => `${time.slice(0, 16).replace("T", " ")},${index},${100 + index}`;
const fileOf = (header: string, times: readonly string[]): string => [header, ...times.map(row)].join("\n");

test.each([
  ["date,OT, Grid load forecast", "NP"],
  [" ,Price,Load", "DE"],
  ["Unnamed: 0,Prices,System load forecast", "BE"],
])("columns are found by name: %s", (header, name) => {
  const read = parseDayAheadText(fileOf(header, hoursFrom("2016-01-04", 72)), name, "file.csv");
  if (!read.ok) throw new Error(read.error.code);
  const { market } = read.value;
  expect(market.prices).toHaveLength(72);
  expect(market.prices[30]).toBe(30);
  expect(market.known).toHaveLength(1);
  expect(market.known[0]?.values[30]).toBe(130);
  expect(new Date(market.firstDayMs).toISOString()).toBe("2016-01-04T00:00:00.000Z");
});

test("an hour lost and an hour doubled when the clock changes are mended and counted", () => {
  const times = hoursFrom("2016-01-04", 72);
  const read = parseDayAheadText(
    fileOf("date,OT,load", [...times.slice(0, 26), ...times.slice(27, 60), ...times.slice(59)]),
    "X",
    "file.csv",
  );
  if (!read.ok) throw new Error(read.error.code);
  expect(read.value).toMatchObject({ filledHours: 1, mergedHours: 1 });
  expect(read.value.market.prices).toHaveLength(72);
  expect(read.value.market.prices[26]).toBe(25.5);
});

test.each([
  ["date,cost,load", (times: readonly string[]) => times, "prices.no-price-column", undefined],
  ["when,OT,load", (times: readonly string[]) => times, "prices.no-time-column", undefined],
  ["date,OT,load", (times: readonly string[]) => times.filter((_, i) => i < 5 || i > 7), "prices.gap", 7],
  ["date,OT,load", (times: readonly string[]) => [...times].reverse(), "prices.not-ascending", 3],
  ["date,OT,load", () => ["not a time"], "prices.bad-time", 2],
  ["date,OT,load", () => [], "prices.empty", undefined],
])("refused with its line: %s", (header, change, code, line) => {
  const read = parseDayAheadText(fileOf(header, change(hoursFrom("2016-01-04", 48))), "X", "file.csv");
  expect(read).toMatchObject({ ok: false, error: { code, ...(line !== undefined && { line }) } });
});

test("a word in place of a number is refused with its column", () => {
  const read = parseDayAheadText("date,OT,load\n2016-01-04 00:00,12,n/a", "X", "file.csv");
  expect(read).toMatchObject({ ok: false, error: { code: "prices.bad-number", line: 2, column: "load", text: "n/a" } });
});

test("scores by hand", () => {
  const { mae, rmse, smape } = scoresOf(Float64Array.of(10, -10, 0), Float64Array.of(20, 10, 0));
  expect(mae).toBeCloseTo(10, 9);
  expect(rmse).toBeCloseTo(Math.sqrt(500 / 3), 9);
  expect(smape).toBeCloseTo((100 * (20 / 30 + 2)) / 3, 9);
});

test("blocks end with the last day and leave none out", () => {
  const blocks = blocksOf("m", 100, 260, 35);
  expect(blocks.map(({ firstDay, days }) => [firstDay, days])).toEqual([
    [100, 48],
    [148, 112],
  ]);
  expect(blocksOf("m", 10, 50, 35)).toEqual([{ model: "m", firstDay: 35, days: 15 }]);
});

test("an evaluation resumes from its blocks and says the same, whatever the number of workers", async () => {
  const market = madeUpMarket("evaluation", 260);
  const evaluate = (workers: number, name: string, done: string[]) =>
    evaluateDayAhead({
      market,
      model: "lear-56-asinh",
      testDays: 140,
      store: new BlockStore(join(folder, name), () => "1"),
      workers,
      onProgress: (_, __, { firstDay }) => done.push(String(firstDay)),
    });
  const first: string[] = [];
  const again: string[] = [];
  const result = await evaluate(1, "a", first);
  expect(first).toHaveLength(2);
  expect(await evaluate(1, "a", again)).toEqual(result);
  expect(again).toEqual([]);
  rmSync(join(folder, "a", "lear-56-asinh-1", readdirSync(join(folder, "a", "lear-56-asinh-1"))[0] ?? ""));
  expect(await evaluate(2, "a", again)).toEqual(result);
  expect(again).toHaveLength(1);
  expect(result).toMatchObject({ model: "lear-56-asinh", days: 140, members: [] });
  expect(result.rmae).toBeLessThan(0.5);
  expect(result.mae).toBeLessThan(result.naiveMae / 2);
});

test("a version is of the file and of what it imports", () => {
  const lear = join(import.meta.dirname, "../../forecast/day-ahead/lear.ts");
  const naive = join(import.meta.dirname, "../../forecast/day-ahead/naive-days.ts");
  expect(codeVersion(lear)).toMatch(/^[0-9a-f]{12}$/);
  expect(codeVersion(lear)).toBe(codeVersion(lear));
  expect(codeVersion(naive)).not.toBe(codeVersion(lear));
});

import { describeError } from "@penstock/protocol/result";
import { expect, test } from "vitest";
import { recordedMarkets } from "./market-formats.ts";
import { parseTable, type TableFormat } from "./read-table.ts";

const format: TableFormat = {
  timeColumns: ["time"],
  columns: { price: ["price"] },
  needed: ["price"],
  clock: 0,
  stamps: "interval-start",
};
const inNewYork: TableFormat = { ...format, clock: "America/New_York" };
const read = (rows: readonly string[], how = format, header = "time,price") =>
  parseTable([header, ...rows, ""].join("\n"), "prices.csv", how);
const firstIso = (rows: readonly string[], how = format): string => {
  const table = read(rows, how);
  if (!table.ok) throw new Error(describeError(table.error));
  return new Date(table.value.timesMs[0] as number).toISOString();
};

test.each([
  // stamp                          clock        instant
  ["2024-01-01 00:00:00", format, "2024-01-01T00:00:00.000Z"],
  ["2024/1/1 0:00", format, "2024-01-01T00:00:00.000Z"],
  ["2024-01-01 00:00:00+00", inNewYork, "2024-01-01T00:00:00.000Z"],
  ["2024-01-01T00:00Z", inNewYork, "2024-01-01T00:00:00.000Z"],
  ["2024-01-01 00:00:00+01:00", format, "2023-12-31T23:00:00.000Z"],
  ["2024-01-01 00:00", inNewYork, "2024-01-01T05:00:00.000Z"],
  ["2024-07-01 00:00", inNewYork, "2024-07-01T04:00:00.000Z"],
  ["2024-01-01 00:00", { ...format, clock: 600 }, "2023-12-31T14:00:00.000Z"],
] as const)("%s is read on its clock", (stamp, how, instant) => {
  expect(firstIso([`${stamp},1`, "2025-01-01 00:00,2"], how)).toBe(instant);
});

test("when clocks go back the hour that occurs twice is two hours", () => {
  const table = read(
    ["2024-11-03 00:30,1", "2024-11-03 01:30,2", "2024-11-03 01:30,3", "2024-11-03 02:30,4"],
    inNewYork,
  );
  if (!table.ok) throw new Error(describeError(table.error));
  const steps = [...table.value.timesMs].slice(1).map((at, index) => at - (table.value.timesMs[index] as number));
  expect(steps).toEqual([3_600_000, 3_600_000, 3_600_000]);
});

test.each([
  // what                                  rows                                        how        code                     line
  ["an hour that clocks skip", ["2024-03-10 01:30,1", "2024-03-10 02:30,2"], inNewYork, "time.no-such-hour", 3],
  [
    "a third time in a doubled hour",
    ["2024-11-03 01:30,1", "2024-11-03 01:30,2", "2024-11-03 01:30,3"],
    inNewYork,
    "prices.duplicate",
    4,
  ],
  ["a row twice", ["2024-01-01 00:00,1", "2024-01-01 00:00,1"], format, "prices.duplicate", 3],
  ["a row out of order", ["2024-01-01 01:00,1", "2024-01-01 00:00,1"], format, "prices.disorder", 3],
  ["a date that is none", ["2024-02-30 00:00,1"], format, "prices.malformed-date", 2],
  ["a word for a price", ["2024-01-01 00:00,n/a"], format, "prices.malformed-number", 2],
  ["an empty price", ["2024-01-01 00:00,"], format, "prices.malformed-number", 2],
  ["a cell too many", ["2024-01-01 00:00,1,2"], format, "prices.column-count", 2],
] as const)("%s is refused with its line", (_, rows, how, code, line) => {
  expect(read(rows, how)).toMatchObject({ ok: false, error: { code, line, source: "prices.csv" } });
});

test("a file without the columns says which headings it has and which are wanted", () => {
  expect(read(["1,2"], format, "when,cost")).toMatchObject({ ok: false, error: { code: "prices.no-time-column" } });
  expect(read(["1,2"], format, "time,cost")).toMatchObject({
    ok: false,
    error: { code: "prices.missing-column", header: ["time", "cost"], wanted: ["price"] },
  });
});

test("the operator's file gives prices and demand", () => {
  const nem = recordedMarkets["nem"]?.format ?? format;
  const table = read(
    ["2023-01-01 00:05:00,6906.63,140.4", "2023-01-01 00:10:00,6854.28,-33.96"],
    nem,
    "SETTLEMENTDATE,TOTALDEMAND,RRP",
  );
  expect(table.ok && [...(table.value.columns.get("price") ?? [])]).toEqual([140.4, -33.96]);
  expect(table.ok && [...(table.value.columns.get("demand") ?? [])]).toEqual([6906.63, 6854.28]);
});

test("where nothing was published the cell is empty; a price is never", () => {
  const generic = recordedMarkets["generic"]?.format ?? format;
  const rows = ["2024-01-01 00:00,10,30", "2024-01-01 00:05,11,", "2024-01-01 00:10,12,31"];
  const table = read(rows, generic, "time,price,dayAhead");
  expect(table.ok && [...(table.value.columns.get("dayAhead") ?? [])]).toEqual([30, Number.NaN, 31]);
  const covariates = read(
    ["2024-01-01 00:00,,x", "2024-01-01 01:00,5,y"],
    { ...format, columns: {}, needed: [], others: true },
    "time,load,note",
  );
  expect(covariates.ok && [...covariates.value.columns]).toEqual([["load", Float64Array.of(Number.NaN, 5)]]);
  expect(read(["2024-01-01 00:00,,30"], generic, "time,price,dayAhead")).toMatchObject({
    ok: false,
    error: { code: "prices.malformed-number", line: 2 },
  });
});

import { expect, test } from "vitest";
import { fileOf, whatIsIn } from "./testing/files-of.ts";

const price = (date: string, period: number, value: number, more: object = {}) => ({
  settlementDate: date,
  settlementPeriod: period,
  createdDateTime: `${date}T23:00:00Z`,
  systemSellPrice: value,
  systemBuyPrice: value,
  netImbalanceVolume: -16.5,
  priceDerivationCode: "N",
  ...more,
});
const json = (name: string, records: readonly object[]): string =>
  fileOf(name, JSON.stringify({ metadata: { datasets: ["DISEBSP"] }, data: records }));
const day = (date: string, periods: number) =>
  Array.from({ length: periods }, (_, index) => price(date, index + 1, index));

test.each([
  // the day                   periods  first                     last
  ["an ordinary one", "2024-06-01", 48, "2024-05-31T23:00Z 0", "2024-06-01T22:30Z 47"],
  ["clocks forward", "2024-03-31", 46, "2024-03-31T00:00Z 0", "2024-03-31T22:30Z 45"],
  ["clocks back", "2024-10-27", 50, "2024-10-26T23:00Z 0", "2024-10-27T23:30Z 49"],
])("settlement periods of a day, %s", (_, date, periods, first, last) => {
  const read = whatIsIn([json("prices.json", day(date, periods))]);
  if (typeof read === "string") throw new Error(read);
  expect(read).toMatchObject({ table: "SYSTEM_PRICE", whole: true, rows: periods, unknownColumns: [] });
  expect([read.told["GB"]?.at(0), read.told["GB"]?.at(-1)]).toEqual([first, last]);
  expect(read.clockChanges).toHaveLength(periods === 48 ? 0 : 1);
  expect(whatIsIn([json("over.json", [price(date, periods + 1, 1)])])).toMatch(`${date} has 1 to ${periods}`);
});

test("a price worked out again replaces the one before, in whichever order they come", () => {
  const first = price("2024-06-01", 1, 50);
  const later = price("2024-06-01", 1, 60, { createdDateTime: "2024-06-20T00:00:00Z" });
  for (const records of [
    [first, later],
    [later, first],
  ]) {
    expect(whatIsIn([json("rerun.json", records)])).toMatchObject({
      duplicates: { superseded: 1, conflicting: 0 },
      told: { GB: ["2024-05-31T23:00Z 60"] },
    });
  }
});

test("market index data has a series for each provider; CSV reads like JSON", () => {
  const heading = "Dataset,StartTime,DataProvider,SettlementDate,SettlementPeriod,Price,Volume";
  const rows = [
    "MID,2024-06-01T00:00:00Z,APXMIDP,2024-06-01,3,70.5,900",
    "MID,2024-06-01T00:00:00Z,N2EXMIDP,2024-06-01,3,0,0",
  ];
  const told = { APXMIDP: ["2024-06-01T00:00Z 70.5"], N2EXMIDP: ["2024-06-01T00:00Z 0"] };
  expect(whatIsIn([fileOf("mid.csv", heading, ...rows)])).toMatchObject({ table: "MID", told });
  const records = ["APXMIDP", "N2EXMIDP"].map((dataProvider, index) => ({
    dataset: "MID",
    startTime: "2024-06-01T00:00:00Z",
    dataProvider,
    settlementDate: "2024-06-01",
    settlementPeriod: 3,
    price: index === 0 ? 70.5 : 0,
    volume: 1,
  }));
  expect(whatIsIn([fileOf("mid.json", JSON.stringify(records))])).toMatchObject({ table: "MID", told });
});

test.each([
  [
    "a start time that is another period's",
    [price("2024-06-01", 3, 1, { startTime: "2024-06-01T01:00:00Z" })],
    /period 3 of 2024-06-01 starts at 2024-06-01T00:00/,
  ],
  [
    "a word for a price",
    [price("2024-06-01", 3, 1, { systemSellPrice: "high" })],
    /record 1: systemSellPrice is "high"/,
  ],
  ["a date that is none", [price("2024-06-99", 3, 1)], /settlementDate is "2024-06-99"/],
])("%s is refused", (name, records, refused) => {
  expect(whatIsIn([json(`${name}.json`, records)])).toMatch(refused);
});

test("a document that stops short is refused", () => {
  expect(whatIsIn([fileOf("short.json", '{"data":[{"settlementDate":"2024-06-01"')])).toMatch(
    /^prices.malformed-json 1:/,
  );
});

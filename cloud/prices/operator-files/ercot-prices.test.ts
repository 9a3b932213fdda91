import { expect, test } from "vitest";
import { bytesFile, fileOf, whatIsIn, zipOf } from "./testing/files-of.ts";

const DAM = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag";
const RTM =
  "DeliveryDate,DeliveryHour,DeliveryInterval,SettlementPointName,SettlementPointType,SettlementPointPrice,DSTFlag";
const hours = (date: string, list: readonly string[]): readonly string[] =>
  list.map((hour, index) => `${date},${hour.replace("*", "")},HB_NORTH,${index},${hour.endsWith("*") ? "Y" : "N"}`);
const upTo24 = (from: number): readonly string[] =>
  Array.from({ length: 25 - from }, (_, index) => `${String(from + index).padStart(2, "0")}:00`);

test.each([
  // the day                hours there are                                     first and last hour, UTC
  ["winter", "01/15/2025", upTo24(1), [], "2025-01-15T06:00Z 0", "2025-01-16T05:00Z 23"],
  [
    "clocks forward",
    "03/09/2025",
    ["01:00", "02:00", ...upTo24(4)],
    [23],
    "2025-03-09T06:00Z 0",
    "2025-03-10T04:00Z 22",
  ],
  [
    "clocks back",
    "11/02/2025",
    ["01:00", "02:00", "02:00*", ...upTo24(3)],
    [25],
    "2025-11-02T05:00Z 0",
    "2025-11-03T05:00Z 24",
  ],
] as const)("day-ahead, %s: every hour of the day is there and none is guessed", (_, date, list, changes, first, last) => {
  const read = whatIsIn([fileOf("dam.csv", DAM, ...hours(date, list))]);
  if (typeof read === "string") throw new Error(read);
  expect(read).toMatchObject({ reader: "ercot", table: "DAM", whole: true, rows: list.length });
  expect(read.clockChanges.map(({ hours, wholeSeries }) => [hours, wholeSeries])).toEqual(
    changes.map((hours) => [hours, 1]),
  );
  expect([read.told["HB_NORTH"]?.at(0), read.told["HB_NORTH"]?.at(-1)]).toEqual([first, last]);
});

test("a repeated hour without its flag is a contradiction, and neither price is kept", () => {
  const rows = ["11/02/2025,01:00,LZ_WEST,5,N", "11/02/2025,02:00,LZ_WEST,6,N", "11/02/2025,02:00,LZ_WEST,7,N"];
  expect(whatIsIn([fileOf("unflagged.csv", DAM, ...rows)])).toMatchObject({
    whole: false,
    duplicates: { conflicting: 1, conflicts: [{ column: "price", values: [6, 7], line: 4 }] },
    told: { LZ_WEST: ["2025-11-02T05:00Z 5"] },
  });
});

test("real-time prices come by quarter of an hour, one file each run, zipped", () => {
  const run = (interval: number, price: number, flag = "N") =>
    `${RTM}\n11/02/2025,2,${interval},HB_WEST,HU,${price},${flag}\n11/02/2025,2,${interval},LZ_WEST,LZ,${price + 1},${flag}\n`;
  const zips = [run(3, 30), run(4, 40), run(1, 50, "Y")].map((text, index) =>
    bytesFile(`run${index}.zip`, zipOf({ [`cdr.${index}.csv`]: text })),
  );
  expect(whatIsIn(zips)).toMatchObject({
    table: "RTM",
    whole: true,
    unknownColumns: [],
    told: { HB_WEST: ["2025-11-02T06:30Z 30", "2025-11-02T06:45Z 40", "2025-11-02T07:00Z 50"] },
  });
});

test("the yearly tables name their columns with spaces", () => {
  const heading = "Delivery Date,Hour Ending,Repeated Hour Flag,Settlement Point,Settlement Point Price";
  expect(whatIsIn([fileOf("year.csv", heading, "01/01/2024,24:00,N,HB_HUBAVG,24.84")])).toMatchObject({
    told: { HB_HUBAVG: ["2024-01-02T05:00Z 24.84"] },
  });
});

test.each([
  [
    "an hour that clocks skip",
    "03/09/2025,03:00,HB_NORTH,1,N",
    /^prices.malformed-date 2: there is no hour ending 3:00/,
  ],
  ["a flag on an hour that comes once", "03/10/2025,03:00,HB_NORTH,1,Y", /^prices.malformed-date 2: DSTFlag is Y/],
  ["hour 25", "03/10/2025,25:00,HB_NORTH,1,N", /^prices.malformed-date 2: HourEnding/],
  ["a price that is none", "03/10/2025,02:00,HB_NORTH,1.2.3,N", /^prices.malformed-number 2: the price is "1.2.3"/],
  ["a row that stops", "03/10/2025,02:00,HB_NORTH", /^prices.column-count 2: the row has 3 cells, its heading 5/],
])("%s is refused with its line", (name, row, refused) => {
  expect(whatIsIn([fileOf(`${name}.csv`, DAM, row)])).toMatch(refused);
});

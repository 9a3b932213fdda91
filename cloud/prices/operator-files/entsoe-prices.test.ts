import { expect, test } from "vitest";
import { fileOf, whatIsIn } from "./testing/files-of.ts";

const OLD = '"MTU (CET/CEST)","Day-ahead Price [EUR/MWh]","Currency","BZN|DE-LU"';
const NEW =
  '"MTU (CET/CEST)","Area","Sequence","Day-ahead Price (EUR/MWh)","Intraday Period (CET/CEST)","Intraday Price (EUR/MWh)"';
const old = (day: string, from: string, to: string, price: string) =>
  `"${day} ${from} - ${day} ${to}","${price}","EUR",""`;

test("the old export names its zone in the heading; the hour that comes twice is told by its place", () => {
  const rows = [
    old("27.10.2024", "01:00", "02:00", "10"),
    old("27.10.2024", "02:00", "03:00", "20"),
    old("27.10.2024", "02:00", "03:00", "30"),
    old("27.10.2024", "03:00", "04:00", "40"),
  ];
  expect(whatIsIn([fileOf("old.csv", OLD, ...rows)])).toMatchObject({
    whole: true,
    clockChanges: [{ date: "2024-10-27", hours: 25, wholeSeries: 0 }],
    told: {
      "BZN|DE-LU": ["2024-10-26T23:00Z 10", "2024-10-27T00:00Z 20", "2024-10-27T01:00Z 30", "2024-10-27T02:00Z 40"],
    },
  });
});

test("the hour that clocks skip has an empty row in the old export, which is no gap", () => {
  const rows = [
    old("31.03.2024", "01:00", "02:00", "10"),
    old("31.03.2024", "02:00", "03:00", ""),
    old("31.03.2024", "03:00", "04:00", "20"),
  ];
  expect(whatIsIn([fileOf("spring.csv", OLD, ...rows)])).toMatchObject({
    whole: true,
    otherRows: { "empty rows for an hour that clocks skip": 1 },
    told: { "BZN|DE-LU": ["2024-03-31T00:00Z 10", "2024-03-31T01:00Z 20"] },
  });
});

test("the new export says which of the two hours it means, and gives each sequence a series of its own", () => {
  const row = (from: string, to: string, sequence: string, price: string) =>
    `"26/10/2025 ${from} - 26/10/2025 ${to}","BZN|DE-LU","${sequence}","${price}","",""`;
  const rows = [
    row("02:45:00 (CEST)", "02:00:00 (CET)", "Sequence Sequence 1", "1"),
    row("02:00:00 (CET)", "02:15:00 (CET)", "Sequence Sequence 1", "2"),
    row("02:00:00 (CEST)", "02:15:00 (CEST)", "Sequence 2", "3"),
    row("03:00:00", "03:15:00", "Without Sequence", "4"),
  ];
  expect(whatIsIn([fileOf("new.csv", NEW, ...rows)])).toMatchObject({
    unknownColumns: [],
    told: {
      "BZN|DE-LU 1": ["2025-10-26T00:45Z 1", "2025-10-26T01:00Z 2"],
      "BZN|DE-LU 2": ["2025-10-26T00:00Z 3"],
      "BZN|DE-LU": ["2025-10-26T02:00Z 4"],
    },
  });
});

test("hours become quarters on 1 October 2025 without a gap; n/e is one", () => {
  const row = (from: string, to: string, price: string) =>
    `"${from} - ${to}","BZN|BE","Without Sequence","${price}","",""`;
  const rows = [
    row("30/09/2025 23:00:00", "01/10/2025 00:00:00", "80"),
    row("01/10/2025 00:00:00", "01/10/2025 00:15:00", "n/e"),
    row("01/10/2025 00:15:00", "01/10/2025 00:30:00", "81"),
  ];
  expect(whatIsIn([fileOf("quarters.csv", NEW, ...rows)])).toMatchObject({
    emptyValues: { price: 1 },
    series: [
      { intervalMinutes: [60, 15], gaps: [{ fromMs: Date.UTC(2025, 8, 30, 22), toMs: Date.UTC(2025, 8, 30, 22, 15) }] },
    ],
  });
});

test.each([
  [
    "an hour that does not exist, with a price",
    [OLD, old("31.03.2024", "02:00", "03:00", "5")],
    /^prices.malformed-date 2: .* does not exist/,
  ],
  [
    "a decimal comma",
    [OLD, old("01.03.2024", "02:00", "03:00", "5,3")],
    /^prices.malformed-number 2: the price is "5,3"/,
  ],
  ["another clock", ['"MTU (MSK)","Day-ahead Price [EUR/MWh]"', '"x","1"'], /^prices.missing-column 1:/],
  [
    "two hours in one row",
    [OLD, old("01.03.2024", "02:00", "04:00", "5")],
    /^prices.malformed-date 2: .* 15, 30 or 60 minutes/,
  ],
])("%s is refused", (name, lines, refused) => {
  expect(whatIsIn([fileOf(`${name}.csv`, ...lines)])).toMatch(refused);
});

test.each([
  ["once", 1],
  ["three times", 3],
])("an hour that comes twice but is there %s is left out: nothing tells which a row means", (_, times) => {
  const rows = [
    old("27.10.2024", "01:00", "02:00", "10"),
    ...Array.from({ length: times }, (_, index) => old("27.10.2024", "02:00", "03:00", String(index))),
    old("27.10.2024", "03:00", "04:00", "40"),
  ];
  expect(whatIsIn([fileOf("unclear.csv", OLD, ...rows)])).toMatchObject({
    whole: false,
    otherRows: { "rows of an hour that comes twice, of which not two are there": times },
    told: { "BZN|DE-LU": ["2024-10-26T23:00Z 10", "2024-10-27T02:00Z 40"] },
  });
});

test("a day that is none is refused, not taken for the day after", () => {
  expect(whatIsIn([fileOf("none.csv", OLD, old("30.02.2024", "01:00", "02:00", "10"))])).toMatch(
    /^prices.malformed-date 2: /,
  );
});

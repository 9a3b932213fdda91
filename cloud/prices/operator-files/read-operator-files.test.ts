import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { csvCells } from "./csv-cells.ts";
import { normalCsv } from "./normal-csv.ts";
import { readOperatorSeries } from "./operator-series.ts";
import { bytesFile, fileOf, whatIsIn, zipOf } from "./testing/files-of.ts";

const heading = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag";
const rows = Array.from(
  { length: 24 },
  (_, index) => `07/01/2025,${String(index + 1).padStart(2, "0")}:00,HB_NORTH,${index}.5,N`,
);
const text = `${heading}\n${rows.join("\n")}\n`;

test("a zip cut anywhere, or with one byte changed, is refused or reads the same: never something else", () => {
  const whole = whatIsIn([bytesFile("whole.zip", zipOf({ "dam.csv": text }))]);
  const bytes = zipOf({ "dam.csv": text });
  const rng = new Rng("damage");
  for (let round = 0; round < 200; round++) {
    const damaged = bytes.slice();
    const at = Math.floor(rng.uniform() * bytes.length);
    damaged[at] = (damaged[at] ?? 0) ^ (1 + Math.floor(rng.uniform() * 255));
    const read = whatIsIn([bytesFile("whole.zip", damaged)]);
    if (typeof read !== "string") expect({ ...read, files: [] }).toEqual({ ...(whole as object), files: [] });
    expect(whatIsIn([bytesFile("cut.zip", bytes.slice(0, at))])).toMatch(/^prices\./);
  }
});

test("a plain file cut inside a line is refused with that line", () => {
  const cut = new TextEncoder().encode(text.slice(0, -3));
  expect(whatIsIn([bytesFile("cut.csv", cut)])).toMatch(/^prices.cut-off 25: /);
});

test.each([
  [
    "nobody's",
    "a,b\n1,2\n",
    /^prices.unknown-format 1: its first line is of none of nem, ercot, caiso, entsoe, elexon/,
  ],
  ["empty", "", /^prices.unreadable 1: the file is empty/],
  ["a heading alone", `${heading}\n`, /^prices.no-table 1:/],
])("a file that is %s is refused", (_, content, refused) => {
  expect(whatIsIn([bytesFile("odd.csv", new TextEncoder().encode(content))])).toMatch(refused);
});

test("files of two operators are not mixed", () => {
  const elexon = fileOf(
    "gb.json",
    '[{"settlementDate":"2024-06-01","settlementPeriod":1,"price":1,"dataProvider":"APXMIDP"}]',
  );
  expect(whatIsIn([fileOf("dam.csv", heading, ...rows), elexon])).toMatch(/^prices.several-operators/);
});

test("one series is chosen by name, and only recorded prices are one", () => {
  const path = fileOf("two.csv", heading, ...rows, "07/01/2025,01:00,HB_WEST,7,N");
  expect(readOperatorSeries([path])).toMatchObject({ ok: false, error: { code: "prices.several-regions" } });
  expect(readOperatorSeries([path], { series: "HB_EAST" })).toMatchObject({
    ok: false,
    error: { code: "prices.no-series" },
  });
  expect(readOperatorSeries([path], { series: "HB_NORTH" })).toMatchObject({
    ok: true,
    value: { intervals: { length: 24 } },
  });
});

test("the plain table says UTC starts, or NEM stamps where the operator is NEM's", () => {
  const ercot = readOperatorSeries([fileOf("plain.csv", heading, ...rows)]);
  expect(ercot.ok && [...normalCsv(ercot.value)].slice(0, 2)).toEqual([
    "interval_start_utc,series,price",
    "2025-07-01T05:00:00Z,HB_NORTH,0.5",
  ]);
  const nem = fileOf(
    "nem.csv",
    "C,NEMP.WORLD,DAILY",
    "I,DREGION,,3,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP,TOTALDEMAND",
    "D,DREGION,,3,2026/05/14 04:05:00,1,NSW1,0,75.4,7000",
    "D,DREGION,,3,2026/05/14 04:10:00,1,NSW1,0,76,7100",
    'C,"END OF REPORT",5',
  );
  const series = readOperatorSeries([nem]);
  expect(series.ok && [...normalCsv(series.value)]).toEqual([
    "SETTLEMENTDATE,REGIONID,RRP,TOTALDEMAND",
    "2026/05/14 04:05:00,NSW1,75.4,7000",
    "2026/05/14 04:10:00,NSW1,76,7100",
  ]);
});

test.each([
  ["a,b, c ", ["a", "b", "c"]],
  ['"a, b",c', ["a, b", "c"]],
  ['"he said ""no""",', ['he said "no"', ""]],
  ['"open,c', undefined],
  ['"57"9,c', undefined],
  ['5"7,c', undefined],
])("the cells of %s", (line, cells) => {
  expect(csvCells(line)).toEqual(cells);
});

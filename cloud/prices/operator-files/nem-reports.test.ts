import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesFile, fileOf, whatIsIn, zipOf } from "./testing/files-of.ts";

const heading =
  "I,DISPATCH,PRICE,5,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP,EEP,LASTCHANGED,RAISE6SECRRP,NEWCOLUMN";
const row = (
  time: string,
  region: string,
  rrp: string,
  more: { readonly run?: number; readonly intervention?: number; readonly changed?: string } = {},
) =>
  `D,DISPATCH,PRICE,5,"2026/04/01 ${time}:00",${more.run ?? 1},${region},${more.intervention ?? 0},${rrp},0,"2026/04/01 ${more.changed ?? "00:00"}:07",1.5,x`;
const report = (...rows: readonly string[]): readonly string[] => [
  "C,NEMP.WORLD,DISPATCH,AEMO,PUBLIC,2026/04/01,00:20:00,0001,DISPATCHIS,0001",
  ...rows,
  `C,"END OF REPORT",${rows.length + 2}`,
];

test("a NEM stamp ends its interval and is ten hours ahead of UTC, summer and winter", () => {
  const read = whatIsIn([
    fileOf("price.csv", ...report(heading, row("00:05", "NSW1", "65.01"), row("00:10", "NSW1", "-12.5"))),
  ]);
  expect(read).toMatchObject({
    reader: "nem",
    table: "DISPATCHPRICE",
    rows: 2,
    whole: true,
    told: { NSW1: ["2026-03-31T14:00Z 65.01", "2026-03-31T14:05Z -12.5"] },
    unknownColumns: ["NEWCOLUMN"],
    unreadColumns: ["EEP", "NEWCOLUMN"],
  });
});

test.each([
  // what the second row of 00:05 is                                  kept   identical, superseded, conflicting
  ["said again", row("00:05", "SA1", "10"), "10", [1, 0, 0]],
  ["revised later", row("00:05", "SA1", "11", { changed: "09:00" }), "11", [0, 1, 0]],
  ["of a later run", row("00:05", "SA1", "12", { run: 2 }), "12", [0, 1, 0]],
  ["of an intervention", row("00:05", "SA1", "13", { intervention: 1 }), "10", [0, 0, 0]],
  ["a contradiction", row("00:05", "SA1", "14"), undefined, [0, 0, 1]],
] as const)("a second row that is %s", (_, second, kept, [identical, superseded, conflicting]) => {
  const read = whatIsIn([fileOf("twice.csv", ...report(heading, row("00:05", "SA1", "10"), second))]);
  expect(read).toMatchObject({ duplicates: { identical, superseded, conflicting } });
  expect((read as { readonly told: object }).told).toEqual({
    SA1: kept === undefined ? [] : [`2026-03-31T14:00Z ${kept}`],
  });
});

test.each([
  [
    "no price column",
    heading.replace("RRP", "RPR"),
    row("00:05", "NSW1", "1"),
    /^prices.missing-column 2: .* no column RRP/,
  ],
  [
    "nothing to tell interventions by",
    heading.replace("INTERVENTION", "X"),
    row("00:05", "NSW1", "1"),
    /^prices.missing-column 2: .*INTERVENTION/,
  ],
  [
    "a column twice",
    heading.replace("EEP", "RRP"),
    row("00:05", "NSW1", "1"),
    /^prices.duplicate-column 2: the column RRP/,
  ],
  [
    "a revision without a time",
    heading,
    row("00:05", "NSW1", "1").replace("00:00:07", "07"),
    /^prices.malformed-date 3: LASTCHANGED/,
  ],
  ["a price beyond all numbers", heading, row("00:05", "NSW1", "1e999"), /^prices.malformed-number 3: RRP is "1e999"/],
  ["a row of another table", heading, row("00:05", "NSW1", "1").replace("PRICE", "PRICES"), /^prices.no-heading 3: /],
] as const)("a report with %s is refused", (_, head, line, refused) => {
  expect(whatIsIn([fileOf("odd.csv", ...report(head, line))])).toMatch(refused);
});

test("what is missing is told, from and to, and an empty price is missing", () => {
  const read = whatIsIn([
    fileOf(
      "gap.csv",
      ...report(heading, row("00:05", "VIC1", "1"), row("00:10", "VIC1", ""), row("00:30", "VIC1", "2")),
    ),
  ]);
  expect(read).toMatchObject({ whole: false, emptyValues: { RRP: 1 } });
  expect(read).toMatchObject({
    series: [
      {
        series: "VIC1",
        intervals: 2,
        gaps: [{ fromMs: Date.UTC(2026, 2, 31, 14, 5), toMs: Date.UTC(2026, 2, 31, 14, 25), intervals: 4 }],
      },
    ],
  });
});

test("settlement prices were half-hourly until the end of September 2021", () => {
  const head = "I,TRADING,PRICE,3,SETTLEMENTDATE,RUNNO,REGIONID,RRP,LASTCHANGED";
  const at = (time: string) => `D,TRADING,PRICE,3,"2021/${time}",1,QLD1,50,"2021/10/01 09:00:00"`;
  const read = whatIsIn([
    fileOf("trading.csv", ...report(head, at("09/30 23:30:00"), at("10/01 00:00:00"), at("10/01 00:05:00"))),
  ]);
  expect(read).toMatchObject({ whole: true, series: [{ intervalMinutes: [30, 5], gaps: [], overlaps: [] }] });
});

test("a forecast keeps each of its runs apart", () => {
  const head = "I,P5MIN,REGIONSOLUTION,9,RUN_DATETIME,INTERVAL_DATETIME,REGIONID,INTERVENTION,RRP,LASTCHANGED";
  const at = (run: string, time: string, rrp: number) =>
    `D,P5MIN,REGIONSOLUTION,9,"2026/04/01 ${run}:00","2026/04/01 ${time}:00",NSW1,0,${rrp},"2026/04/01 ${run}:00"`;
  const path = fileOf(
    "p5.csv",
    ...report(head, at("00:05", "00:05", 1), at("00:05", "00:10", 2), at("00:10", "00:10", 3)),
  );
  expect(whatIsIn([path])).toMatchObject({
    table: "P5MIN",
    told: {
      "NSW1 2026/04/01 00:05:00": ["2026-03-31T14:00Z 1", "2026-03-31T14:05Z 2"],
      "NSW1 2026/04/01 00:10:00": ["2026-03-31T14:05Z 3"],
    },
  });
  const predispatch =
    "I,PREDISPATCH,REGION_PRICES,2,PREDISPATCHSEQNO,RUNNO,REGIONID,PERIODID,INTERVENTION,RRP,LASTCHANGED,DATETIME";
  const half = 'D,PREDISPATCH,REGION_PRICES,2,2026040101,1,NSW1,01,0,56.06,"2026/04/01 04:01:52","2026/04/01 04:30:00"';
  expect(whatIsIn([fileOf("pd.csv", ...report(predispatch, half))])).toMatchObject({
    told: { "NSW1 2026040101": ["2026-03-31T18:00Z 56.06"] },
    series: [{ intervalMinutes: [30] }],
  });
});

test("a month of zips in a zip reads like one table", () => {
  const day = (time: string, rrp: string): string => report(heading, row(time, "NSW1", rrp)).join("\r\n");
  const inner = (time: string, rrp: string) => zipOf({ [`${time.replace(":", "")}.CSV`]: `${day(time, rrp)}\r\n` });
  const month = zipOf({ "a.zip": inner("00:05", "1"), "b.zip": inner("00:10", "2") });
  expect(whatIsIn([bytesFile("month.zip", month)])).toMatchObject({
    rows: 2,
    whole: true,
    files: [{ source: "month.zip/a.zip/0005.CSV" }, { source: "month.zip/b.zip/0010.CSV" }],
  });
});

test.each([
  ["without its end", report(heading, row("00:05", "NSW1", "1")).slice(0, -1), /^prices.cut-off 3: .*END OF REPORT/],
  ["with a word for a price", report(heading, row("00:05", "NSW1", "12,3")), /^prices.column-count 3: .*14 cells.* 13/],
  ["with a letter in a price", report(heading, row("00:05", "NSW1", "1O")), /^prices.malformed-number 3: RRP is "1O"/],
  [
    "with a date that is none",
    report(heading, row("00:05", "NSW1", "1").replace("04/01 00:05", "02/30 00:05")),
    /^prices.malformed-date 3:/,
  ],
  ["with data before its heading", report(row("00:05", "NSW1", "1")), /^prices.no-heading 2:/],
  ["with a line of no kind", report(heading, "X,1"), /^prices.unknown-line 3:/],
  ["with an open quote", report(heading, 'D,DISPATCH,"PRICE'), /^prices.open-quote 3:/],
  ["without any table of prices", report("I,BID,BIDDAYOFFER_D,3,DUID", "D,BID,BIDDAYOFFER_D,3,X"), /^prices.no-table/],
])("a file %s is refused with its line", (name, lines, refused) => {
  expect(whatIsIn([fileOf(`${name}.csv`, ...lines)])).toMatch(refused);
});

test("lines that were taken out are noticed", () => {
  const lines = report(heading, row("00:05", "NSW1", "1"), row("00:10", "NSW1", "1"));
  const read = whatIsIn([fileOf("thinned.csv", ...lines.filter((_, index) => index !== 2))]);
  expect(read).toMatchObject({ whole: false, notes: [expect.stringContaining("says it has 5 lines and has 4")] });
});

const samples = new URL("../../../../shared/data/aemo_nem/file_format_samples", import.meta.url).pathname;

test.skipIf(!existsSync(samples))("the operator's own samples are read to the last cell (needs ../shared/data)", () => {
  const sample = (name: string): string => {
    const found = readdirSync(samples).find((each) => each.includes(name));
    return join(samples, found ?? name);
  };
  const figures = (name: string) => {
    const read = whatIsIn([sample(name)]);
    return typeof read === "string"
      ? read
      : [read.rows, read.series.map(({ series, intervals }) => `${series} ${intervals}`).join(" ")];
  };
  expect(figures("#DISPATCHPRICE#")).toEqual([2880, "NSW1 1440 SA1 1440"]);
  expect(figures("#TRADINGPRICE#")).toEqual([2880, "NSW1 1440 SA1 1440"]);
  expect(figures("#DISPATCHREGIONSUM#")).toEqual([2880, "NSW1 1440 SA1 1440"]);
  expect(figures("PUBLIC_DAILY")).toEqual([576, "NSW1 288 SA1 288"]);
  expect(figures("NEXT_DAY_DISPATCH")).toMatch(/^prices.no-table/);
});

import { expect, test } from "vitest";
import { nemPriceFile } from "./nem-price-file.ts";
import { parsePriceText } from "./parse-price-text.ts";

const header = "SETTLEMENTDATE,TOTALDEMAND,RRP";
const rows = ["2023-01-01 00:05:00,6906.63,140.4", "2023-01-01 00:10:00,6854.28,-12.5", "2023-01-01 00:15:00,6800,0"];
const file = (...lines: string[]): string => `${lines.join("\n")}\n`;
const parse = (text: string, wanted: { readonly region?: string } = { region: "NSW1" }) =>
  parsePriceText(text, nemPriceFile, { source: "a.csv", ...wanted });

test("NEM stamps end their interval and count from UTC+10", () => {
  const parsed = parse(file(header, ...rows));
  expect(parsed).toMatchObject({ ok: true, value: { region: "NSW1", currency: "AUD", generated: false } });
  if (!parsed.ok) return;
  expect(new Date(parsed.value.startMs).toISOString()).toBe("2022-12-31T14:00:00.000Z");
  expect([...parsed.value.prices]).toEqual([140.4, -12.5, 0]);
});

test("columns are found by name, whatever their order, quotes, slashes, byte order mark or line ends", () => {
  const text =
    '\uFEFF"RRP",REGIONID,"SETTLEMENTDATE"\r\n1,NSW1,"2021/01/01 00:05:00"\r\n2,NSW1,"2021/01/01 00:10:00"\r\n';
  const parsed = parse(text, {});
  expect(parsed).toMatchObject({ ok: true, value: { region: "NSW1" } });
});

test("one region is read from a file of several", () => {
  const both = [
    "2021-01-01 00:05:00,NSW1,1",
    "2021-01-01 00:05:00,SA1,2",
    "2021-01-01 00:10:00,NSW1,3",
    "2021-01-01 00:10:00,SA1,4",
  ];
  const text = file("SETTLEMENTDATE,REGIONID,RRP", ...both);
  const parsed = parse(text, { region: "SA1" });
  expect(parsed.ok && [...parsed.value.prices]).toEqual([2, 4]);
  expect(parse(text, {})).toMatchObject({ ok: false, error: { code: "prices.several-regions", line: 3 } });
  expect(parse(text, { region: "QLD1" })).toMatchObject({ ok: false, error: { code: "prices.too-short" } });
});

test.each([
  [
    "a missing price column",
    file("SETTLEMENTDATE,TOTALDEMAND", "2023-01-01 00:05:00,1"),
    "prices.missing-column",
    1,
    1,
  ],
  ["an empty file", "", "prices.missing-column", 1, 1],
  ["a last line without its end", file(header, ...rows).slice(0, -1), "prices.cut-off", 4, 27],
  ["a row that stops early", file(header, rows[0] ?? "", "2023-01-01 00:10:00,6854.28"), "prices.column-count", 3, 21],
  ["a blank line", file(header, rows[0] ?? "", "", rows[1] ?? ""), "prices.column-count", 3, 1],
  ["an empty price", file(header, "2023-01-01 00:05:00,6906.63,"), "prices.malformed-number", 2, 29],
  ["NaN", file(header, "2023-01-01 00:05:00,6906.63,NaN"), "prices.malformed-number", 2, 29],
  ["a decimal comma's leftover", file(header, "2023-01-01 00:05:00,6906.63,14O.4"), "prices.malformed-number", 2, 29],
  ["a date that does not exist", file(header, "2023-02-30 00:05:00,1,1"), "prices.malformed-date", 2, 1],
  ["a date in another order", file(header, "01/02/2023 00:05:00,1,1"), "prices.malformed-date", 2, 1],
  ["a missing interval", file(header, rows[0] ?? "", rows[1] ?? "", "2023-01-01 00:20:00,1,1"), "prices.gap", 4, 1],
  ["a missing second interval", file(header, rows[0] ?? "", rows[2] ?? ""), "prices.gap", 3, 1],
  ["an interval twice", file(header, rows[0] ?? "", rows[0] ?? ""), "prices.duplicate", 3, 1],
  ["intervals out of order", file(header, rows[1] ?? "", rows[0] ?? ""), "prices.disorder", 3, 1],
  [
    "a price above the cap of its date",
    file(header, rows[0] ?? "", "2023-01-01 00:10:00,1,15500.01"),
    "prices.beyond-limits",
    3,
    23,
  ],
  [
    "a price below the floor",
    file(header, rows[0] ?? "", "2023-01-01 00:10:00,1,-1000.01"),
    "prices.beyond-limits",
    3,
    23,
  ],
  ["a date before any rules", file(header, "2010-01-01 00:05:00,1,1"), "prices.no-limits", 2, 1],
  ["a header alone", file(header), "prices.too-short", 1, 1],
])("%s refuses the file at its line and column", (_, text, code, line, column) => {
  expect(parse(text)).toMatchObject({ ok: false, error: { code, line, column, source: "a.csv" } });
});

test("a file cut anywhere but at a line's end is refused, never read short", () => {
  const whole = file(header, ...rows);
  for (let length = 1; length < whole.length; length++) {
    if (whole[length - 1] === "\n") continue;
    expect(parse(whole.slice(0, length)).ok, whole.slice(0, length)).toBe(false);
  }
});

test("the cap is that of the day: 15,500 until 30 June 2023, 16,600 after", () => {
  const pair = (day: string) => file(header, `${day} 12:05:00,1,16600`, `${day} 12:10:00,1,1`);
  expect(parse(pair("2023-06-30"))).toMatchObject({ ok: false, error: { code: "prices.beyond-limits" } });
  expect(parse(pair("2023-07-01")).ok).toBe(true);
});

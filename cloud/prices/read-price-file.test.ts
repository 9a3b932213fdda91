import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { pricesFromBytes, readPriceFile } from "./read-price-file.ts";

const rows = Array.from({ length: 200 }, (_, index) => {
  const clock = new Date(Date.UTC(2023, 0, 1) + (index + 1) * 300_000).toISOString().slice(0, 19).replace("T", " ");
  return `${clock},${7000 + index},${(index * 7.31) % 93}`;
});
const text = `SETTLEMENTDATE,TOTALDEMAND,RRP\n${rows.join("\n")}\n`;
const plain = new TextEncoder().encode(text);
const zipped = new Uint8Array(gzipSync(plain));

test("a plain file and the same gzipped hold the same prices", () => {
  const fromPlain = pricesFromBytes(plain, "prices_NSW1.csv");
  const fromZipped = pricesFromBytes(zipped, "prices_NSW1.csv");
  expect(fromPlain.ok && fromPlain.value.prices.length).toBe(200);
  expect(fromZipped).toEqual(fromPlain);
});

test("a truncated archive is refused, with the line its readable part ends in", () => {
  for (const share of [0.2, 0.5, 0.9, 0.999]) {
    const cut = zipped.subarray(0, Math.floor(zipped.length * share));
    const read = pricesFromBytes(cut, "prices_NSW1.csv.gz");
    expect(read).toMatchObject({ ok: false, error: { code: "prices.cut-off", source: "prices_NSW1.csv.gz" } });
    if (!read.ok) expect(read.error["line"]).toBeGreaterThan(0);
  }
});

test("the region comes from the file's name when no column says it, and from the caller before that", () => {
  expect(pricesFromBytes(plain, "price_2023_QLD1.csv")).toMatchObject({ ok: true, value: { region: "QLD1" } });
  expect(pricesFromBytes(plain, "prices.csv")).toMatchObject({ ok: false, error: { code: "prices.region-unknown" } });
  expect(pricesFromBytes(plain, "prices.csv", undefined, "VIC1")).toMatchObject({
    ok: true,
    value: { region: "VIC1" },
  });
});

test("bytes that are not text and files that are not there are refused", () => {
  const bytes = Uint8Array.of(0xff, 0xfe, 0x00);
  expect(pricesFromBytes(bytes, "x")).toMatchObject({ ok: false, error: { code: "prices.not-text" } });
  expect(readPriceFile("no-such-file.csv")).toMatchObject({ ok: false, error: { code: "prices.unreadable" } });
});

test.each([
  // what the operator's report holds                          is read, or refused because of
  ["two intervals in a row", ["00:05,1,NSW1,0,75.4", "00:10,1,NSW1,0,-1000"], [75.4, -1000]],
  ["a gap", ["00:05,1,NSW1,0,75.4", "00:15,1,NSW1,0,76"], "prices.gap"],
  ["a price above the cap", ["00:05,1,NSW1,0,75.4", "00:10,1,NSW1,0,20300.01"], "prices.beyond-limits"],
  ["two regions", ["00:05,1,NSW1,0,75.4", "00:05,1,SA1,0,76"], "prices.several-regions"],
] as const)("the operator's own report with %s", (_, rows, expected) => {
  const path = join(mkdtempSync(join(tmpdir(), "report-")), "report.csv");
  const lines = rows.map((row) => `D,DREGION,,3,2026/05/14 ${row.replace(",", ":00,")}`);
  const heading = "I,DREGION,,3,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP";
  writeFileSync(path, `${["C,NEMP.WORLD,DAILY", heading, ...lines, 'C,"END OF REPORT",5'].join("\n")}\n`);
  const read = readPriceFile(path);
  if (typeof expected === "string") expect(read).toMatchObject({ ok: false, error: { code: expected } });
  else expect(read.ok && [...read.value.prices]).toEqual(expected);
});

const recorded = new URL("../../../shared/data/aemo_nem/price_demand_5min_2023_NSW1.csv.gz", import.meta.url).pathname;

test.skipIf(!existsSync(recorded))("the recorded year of New South Wales is whole (needs ../shared/data)", () => {
  const year = readPriceFile(recorded);
  expect(year.ok && year.value.prices.length).toBe(365 * 288);
});

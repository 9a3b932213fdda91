import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pricesCommand } from "./prices.ts";

const folder = mkdtempSync(join(tmpdir(), "prices-command-"));
const heading = "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag";
const fileOf = (name: string, ...rows: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${[heading, ...rows].join("\n")}\n`);
  return path;
};
const row = (hour: number, point = "HB_NORTH") => `07/01/2025,${hour}:00,${point},${hour},N`;

let out = "";
let err = "";
beforeEach(() => {
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

test("a whole file is reported, and one of its series is written as a plain table", async () => {
  const path = fileOf("two.csv", row(1), row(2), row(1, "HB_WEST"), row(2, "HB_WEST"));
  const written = join(folder, "north.csv");
  expect(await pricesCommand(["read", path, "--series", "HB_NORTH", "--out", written, "--strict", "--json"])).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ version: 1, reader: "ercot", rows: 4, whole: true, written: { rows: 2 } });
  expect(readFileSync(written, "utf8")).toBe(
    "interval_start_utc,series,price\n2025-07-01T05:00:00Z,HB_NORTH,1\n2025-07-01T06:00:00Z,HB_NORTH,2\n",
  );
});

test.each([
  ["a gap, strictly", () => [fileOf("gap.csv", row(1), row(3)), "--strict"], 1, ""],
  ["a gap, told", () => [fileOf("gap.csv", row(1), row(3))], 0, ""],
  ["a bad row", () => [fileOf("bad.csv", "07/01/2025,1:00,HB_NORTH,x,N")], 1, 'bad.csv:2:4: the price is "x"'],
  ["no file", () => [join(folder, "none.csv")], 1, "none.csv:1:1: ENOENT"],
  [
    "a series that is not there",
    () => [fileOf("one.csv", row(1), row(2)), "--series", "HB_EAST"],
    1,
    "there is no series HB_EAST",
  ],
  [
    "several series and one file to write",
    () => [fileOf("more.csv", row(1), row(1, "B")), "--out", join(folder, "o")],
    1,
    "choose one of its 2 series",
  ],
  ["no words", () => [], 2, 'say "prices read" and the files'],
  ["an option there is not", () => ["x", "--what"], 2, "--what"],
] as const)("%s", async (_, words, code, said) => {
  expect(await pricesCommand(["read", ...words()])).toBe(code);
  expect(err).toContain(said);
});

test("the help names every operator", async () => {
  expect(await pricesCommand(["--help"])).toBe(0);
  for (const name of ["nem", "ercot", "caiso", "entsoe", "elexon"]) expect(out).toMatch(new RegExp(`^  ${name} `, "m"));
});

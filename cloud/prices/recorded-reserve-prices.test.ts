import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { recordedReservePrices } from "./recorded-reserve-prices.ts";

const folder = mkdtempSync(join(tmpdir(), "reserve-prices-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("services stand beside energy, each under its own column and at the start of its interval", () => {
  const path = fileOf(
    "with.csv",
    "SETTLEMENTDATE,REGIONID,RRP,RAISE6SECRRP,LOWER5MINRRP\n2021/01/01 00:05:00,NSW1,39,1.73,0.99\n2021/01/01 00:10:00,NSW1,40,2.5,1.5\n",
  );
  const prices = recordedReservePrices(path, ["RAISE6SEC", "LOWER5MIN", "RAISE1SEC"], "NSW1");
  const startMs = UtcMs(Date.parse("2021-01-01T00:05:00+10:00"));
  expect(prices?.generated).toBe(false);
  expect(["RAISE6SEC", "LOWER5MIN", "RAISE1SEC"].map((product) => prices?.at(product, startMs))).toEqual([
    2.5,
    1.5,
    undefined,
  ]);
});

test("a file of energy alone has none", () => {
  const path = fileOf(
    "without.csv",
    "SETTLEMENTDATE,REGIONID,RRP\n2021/01/01 00:05:00,NSW1,39\n2021/01/01 00:10:00,NSW1,40\n",
  );
  expect(recordedReservePrices(path, ["RAISE6SEC"], "NSW1")).toBeUndefined();
});

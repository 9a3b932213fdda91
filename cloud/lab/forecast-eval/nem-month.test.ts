import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { evaluateNemMonth } from "./evaluate-nem-month.ts";
import { evaluateOperator } from "./evaluate-operator.ts";
import { halfHoursOfDispatch, halfHoursOfTable } from "./half-hours.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-nem-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
};
const startMs = UtcMs(Date.UTC(2021, 0, 1));
/** `2021/01/01 00:05:00` and on. */
const stamp = (minute: number): string =>
  new Date(startMs + minute * 60_000).toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ");

test("six dispatch prices make a half hour, of the region asked for, stamped at its end", () => {
  const rows = Array.from({ length: 12 }, (_, i) => [
    `${stamp(5 * (i + 1))},NSW1,${i < 6 ? 30 + i : 90}`,
    `${stamp(5 * (i + 1))},QLD1,7`,
  ]).flat();
  const read = halfHoursOfDispatch(fileOf("dispatch.csv", ["SETTLEMENTDATE,REGIONID,RRP", ...rows]), "NSW1");
  expect(read).toEqual({ ok: true, value: { startMs, prices: Float64Array.of(32.5, 90) } });
});

test("a table of half hours is read by its region's column; a gap and a word are refused", () => {
  const lines = ["time,rrp_nsw,rrp_vic", "2021-01-01 00:30:00,10,1", "2021-01-01 01:00:00,20,2"];
  expect(halfHoursOfTable(fileOf("table.csv", lines), "VIC1")).toEqual({
    ok: true,
    value: { startMs, prices: Float64Array.of(1, 2) },
  });
  expect(halfHoursOfTable(fileOf("table.csv", lines), "QLD1")).toMatchObject({
    error: { code: "prices.no-price-column" },
  });
  const gap = [...lines, "2021-01-01 02:30:00,30,3"];
  expect(halfHoursOfTable(fileOf("gap.csv", gap), "NSW1")).toMatchObject({ error: { code: "prices.gap" } });
  const word = [...lines, "2021-01-01 01:30:00,much,3"];
  expect(halfHoursOfTable(fileOf("word.csv", word), "NSW1")).toMatchObject({
    error: { code: "prices.bad-number", line: 4, text: "much" },
  });
});

test("a month without its files is refused with what is missing", async () => {
  const result = await evaluateNemMonth([folder], "202102", () => undefined);
  expect(result).toMatchObject({ ok: false, error: { code: "lab.no-file" } });
});

test("the yardsticks are counted by hand: the operator, the latest price, yesterday", () => {
  const rng = new Rng("yardsticks");
  const prices = Float64Array.from({ length: 6 * 48 }, (_, i) => 50 + (i % 48) + rng.normal());
  const runs = Array.from({ length: 4 * 48 }, (_, i) => ({
    asOfMs: UtcMs(startMs + (48 + i) * 1_800_000),
    prices: prices.slice(48 + i, 48 + i + 44).map((price) => price + 5),
  }));
  const scores = evaluateOperator({ runs, actual: { startMs, prices } });
  const oneHour = scores.find(({ hoursAhead }) => hoursAhead === 1);
  expect(oneHour?.forecasts).toBe(4 * 48);
  expect(oneHour?.operatorMae).toBeCloseTo(5, 9);
  expect(oneHour?.yesterdayMae).toBeGreaterThan(0.9);
  expect(oneHour?.yesterdayMae).toBeLessThan(1.4);
  expect(oneHour?.persistenceMae).toBeGreaterThan(1.9);
  expect(oneHour?.mae).toBeLessThan(5);
  expect(oneHour?.best).toBe((oneHour?.mae ?? 9) < (oneHour?.yesterdayMae ?? 0));
});

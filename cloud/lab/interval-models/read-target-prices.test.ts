import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readTargetPrices } from "./read-target-prices.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-target-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hours = Array.from({ length: 48 }, (_, hour) => new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 16));
const written = (name: string, header: string, row: (hour: number) => string): string => {
  const path = join(folder, name);
  writeFileSync(path, `${header}\n${hours.map((at, hour) => `${at.replace("T", " ")}Z,${row(hour)}`).join("\n")}\n`);
  return path;
};
const hubs = written("hubs.csv", "time,HB_WEST,HB_NORTH", (hour) => `${hour},${100 + hour}`);
const single = written("system.csv", "time,system_price_gbp_mwh", (hour) => String(50 - hour));

test.each([
  ["one column of several, by its heading", "ercot:hb_north", hubs, "USD", 100],
  ["the only column, whatever it is called", "gb:imbalance", single, "GBP", 50],
])("%s is a series", (_, target, path, currency, first) => {
  const read = readTargetPrices(target, path);
  if (!read.ok) throw new Error(read.error.code);
  expect(read.value).toMatchObject({ region: target.split(":")[1], currency, intervalMs: 3_600_000 });
  expect(read.value.prices[0]).toBe(first);
  // Nothing is known of an hour before it is over.
  expect(read.value.knownAfterStartMs).toBe(3_600_000);
});

test("a series that is not there is refused with those that are", () => {
  expect(readTargetPrices("ercot:HB_SOUTH", hubs)).toMatchObject({
    ok: false,
    error: { code: "prices.no-series", there: ["HB_WEST", "HB_NORTH"] },
  });
});

test.each(["moon", "moon:NSW1", "ercot:", "ercot:a:b"])("%s is no target, and the markets are named", (target) => {
  const read = readTargetPrices(target, hubs);
  expect(read).toMatchObject({ ok: false, error: { code: "models.unknown-market" } });
  expect(JSON.stringify(read)).toContain("ercot");
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { W, Wh } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { type DayAheadMarket, daysOf, HOURS } from "../../forecast/day-ahead/index.ts";
import { madeUpMarket } from "../../forecast/testing/made-up-market.ts";
import type { Battery } from "../../optimise/battery.ts";
import { BlockStore } from "../forecast-eval/blocks.ts";
import { shuffledFuture } from "../interval-backtest/shuffled-future.ts";
import { backtestDayAhead } from "./backtest-day-ahead.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-auctions-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const battery: Battery = {
  capacityWh: Wh(2e6),
  powerWMaxCharge: W(1e6),
  powerWMaxDischarge: W(1e6),
  socMin: 0,
  socMax: 1,
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 1,
  auxiliaryW: W(0),
};
const TEST_DAYS = 112;
const market = madeUpMarket("auctions", 300);
const firstHour = (daysOf(market) - TEST_DAYS) * HOURS;

async function run(judged: DayAheadMarket, name: string) {
  const store = new BlockStore(join(folder, name), () => "1");
  const wish = {
    market: judged,
    battery,
    trader: "schedule",
    model: "last-week",
    testDays: TEST_DAYS,
    store,
    workers: 1,
  };
  const result = await backtestDayAhead(wish);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

test("where every day has the shape of the week before, most of hindsight is kept; in a shuffled future next to nothing", async () => {
  const real = await run(market, "real");
  expect(real.capture).toBeGreaterThan(0.5);
  const shuffled = await run(shuffledFuture(market, firstHour, "shuffle"), "shuffled");
  expect(shuffled.capture).toBeLessThan(0.1);
});

test("a shuffled future has the same prices, and the same past", () => {
  const { prices } = shuffledFuture(market, firstHour, "shuffle");
  expect(prices.subarray(0, firstHour)).toEqual(market.prices.subarray(0, firstHour));
  expect(prices.slice().sort()).toEqual(market.prices.slice().sort());
  expect(prices).not.toEqual(market.prices);
});

test("every day begins half full, and the store never holds more than it can", async () => {
  const { socByHour, profitByHour } = await run(market, "real");
  expect(socByHour).toHaveLength(TEST_DAYS * HOURS);
  expect(profitByHour).toHaveLength(TEST_DAYS * HOURS);
  expect(Math.min(...socByHour)).toBeGreaterThanOrEqual(-1e-9);
  expect(Math.max(...socByHour)).toBeLessThanOrEqual(1 + 1e-9);
  for (let day = 0; day < TEST_DAYS; day++) expect(socByHour[day * HOURS]).toBe(0.5);
});

import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Battery } from "../../optimise/battery.ts";
import { generatePrices } from "../../prices/index.ts";
import { backtestIntervals, type IntervalBacktest } from "./backtest-intervals.ts";
import type { MarketTable } from "./market-table.ts";
import { shuffledFuture } from "./shuffled-future.ts";

const battery: Battery = {
  capacityWh: MWh(200),
  socMin: 0,
  socMax: 1,
  powerWMaxCharge: MW(100),
  powerWMaxDischarge: MW(100),
  efficiencyCharge: 0.92,
  efficiencyDischarge: 0.92,
  costPerMWh: 10,
  auxiliaryW: W(0),
};
const PER_DAY = 48;
const DAYS = 30;
const from = 16 * PER_DAY;

function tableOf(seed: number, days = DAYS): MarketTable {
  const { startMs, intervalMs, prices, source } = generatePrices({
    rng: new Rng(seed),
    region: "NSW1",
    currency: "AUD",
    startMs: UtcMs(Date.UTC(2024, 2, 1, 14)),
    intervalMs: minutes(30),
    count: days * PER_DAY,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 16_600,
    utcOffsetMs: hours(10),
  });
  return { source, startMs, intervalMs, prices, utcOffsetMs: hours(10), measured: [], published: [] };
}

async function run(change: Partial<IntervalBacktest> = {}) {
  const table = change.table ?? tableOf(3);
  const base = { battery, trader: "learned-value", from, to: DAYS * PER_DAY, socStart: 0, workers: 1 };
  const result = await backtestIntervals({ ...base, ...change, table });
  if (!result.ok) throw new Error(describeError(result.error));
  return result.value;
}

test("learned value keeps most of hindsight, more than the yardsticks, and never more than there is", async () => {
  const result = await run();
  expect(result.intervals).toBe(14 * PER_DAY);
  expect(result.models).toBe(7);
  expect(result.capture).toBeLessThanOrEqual(1);
  expect(result.capture).toBeGreaterThan(0.6);
  expect(result.capture).toBeGreaterThan((result.baselines["yesterday"]?.capture ?? 1) + 0.01);
});

test("prices after a moment change no decision before it", async () => {
  const table = tableOf(5);
  const changedFrom = 22 * PER_DAY;
  const prices = table.prices.map((price, index) => (index < changedFrom ? price : 900 - price));
  const before = (await run({ table })).run.powerW.subarray(0, changedFrom - from);
  const after = (await run({ table: { ...table, prices } })).run.powerW.subarray(0, changedFrom - from);
  expect(after).toEqual(before);
});

test("with the days that count shuffled the share falls far below", { timeout: 180_000 }, async () => {
  const table = tableOf(3, 44);
  const span = { from: 30 * PER_DAY, to: 44 * PER_DAY };
  const told = (await run({ table, ...span })).capture ?? 0;
  const blind = await run({ table: shuffledFuture(table, span.from, "shuffle"), ...span });
  expect(blind.capture ?? 1).toBeLessThan(told - 0.08);
});

test("threads and models kept on disk change nothing but the time it takes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backtest-"));
  const alone = await run();
  const first = await run({ workers: 2, folder });
  expect(readdirSync(folder)).toHaveLength(7);
  const resumed: string[] = [];
  const second = await run({ folder, onProgress: (text) => resumed.push(text) });
  expect(resumed.filter((text) => text.includes("learned"))).toEqual([]);
  expect([first.profit, second.profit]).toEqual([alone.profit, alone.profit]);
});

test.each([
  ["outside the prices", { to: DAYS * PER_DAY + 1 }, "lab.outside-series"],
  ["without days to learn from", { from: PER_DAY }, "lab.too-little-to-learn"],
])("%s it refuses", async (_, change, code) => {
  const base = { table: tableOf(3), battery, trader: "learned-value", socStart: 0, workers: 1 };
  const result = await backtestIntervals({ ...base, from, to: DAYS * PER_DAY, ...change });
  expect(result).toMatchObject({ ok: false, error: { code } });
});

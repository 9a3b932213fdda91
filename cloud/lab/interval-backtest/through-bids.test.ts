import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { nem } from "../../markets/nem/index.ts";
import type { Battery } from "../../optimise/battery.ts";
import { generatePrices } from "../../prices/index.ts";
import { powerAt, priceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import { backtestIntervals } from "./backtest-intervals.ts";
import type { MarketTable } from "./market-table.ts";
import { clearedCurve } from "./through-bids.ts";

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
const unit = {
  id: "PARK1",
  region: "NSW1",
  siteIds: ["park"],
  maxCapacityMW: 100,
  minLoadMW: 100,
  lossFactor: 1,
  rampMWPerMin: 200,
  storageMWh: 200,
};
const DAYS = 9;
const from = 5 * 288;

function tableOf(intervalMs: Ms): MarketTable {
  const { startMs, prices, source } = generatePrices({
    rng: new Rng(11),
    region: "NSW1",
    currency: "AUD",
    startMs: UtcMs(Date.UTC(2024, 2, 1, 14)),
    intervalMs,
    count: (DAYS * 86_400_000) / intervalMs,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 16_600,
    utcOffsetMs: hours(10),
  });
  return { source, startMs, intervalMs, prices, utcOffsetMs: hours(10), measured: [], published: [] };
}

test("the curve left of a bid sells and buys at every price what the market would dispatch, for 500 bids", () => {
  const rng = new Rng("bids");
  const interval = { startMs: UtcMs(Date.UTC(2024, 2, 2)), endMs: UtcMs(Date.UTC(2024, 2, 2, 0, 5)) };
  const day = nem.tradingDay(interval.startMs);
  for (let round = 0; round < 500; round++) {
    const prices = Array.from({ length: 4 }, () => Math.round(rng.normal() * 15_000) / 100).sort((a, b) => a - b);
    const powers = Array.from({ length: 4 }, () => MW(rng.integer(-100, 101))).sort((a, b) => a - b);
    const curve = priceQuantityCurve(
      MW(-100),
      prices.map((pricePerMWh, step) => ({ pricePerMWh, powerW: powers[step] as W })),
    );
    const bandPrices = nem.dayBandPrices({ unit, day, levels: [{ sellPrices: prices, buyPrices: prices }] });
    if (!bandPrices.ok) throw new Error(bandPrices.error.code);
    const bid = nem.buildBid({
      unit,
      interval,
      curve,
      bandPrices: bandPrices.value,
      versionNumber: 1,
      decidedAtMs: nem.gateClosureMs(interval),
    });
    if (!bid.ok) throw new Error(bid.error.code);
    const left = clearedCurve(nem.stackOf(bid.value));
    const asked = [...bandPrices.value.sell, ...bandPrices.value.buy, ...prices, rng.normal() * 100];
    for (const price of asked) {
      const { targetW } = nem.clear(bid.value, price, { initialW: W(0), lossFactor: 1 });
      expect(powerAt(left, price) - targetW, `bid ${round} at ${price}`).toBe(0);
    }
  }
});

const run = async (change: { readonly rules?: typeof nem; readonly prices?: Float64Array }) => {
  const table = tableOf(minutes(5));
  const result = await backtestIntervals({
    table: { ...table, prices: change.prices ?? table.prices },
    battery,
    trader: "mean-profile",
    from,
    to: DAYS * 288,
    socStart: 0,
    workers: 1,
    ...(change.rules !== undefined && { rules: change.rules }),
  });
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
};

test("bands of the day before keep most of what free curves keep, in whole megawatts", async () => {
  const free = await run({});
  const banded = await run({ rules: nem });
  expect(banded.profit).toBeGreaterThan(0.7 * free.profit);
  expect(banded.profit).not.toBe(free.profit);
  expect(banded.perfectForesightProfit).toBe(free.perfectForesightProfit);
});

test("prices after a moment change no bid before it", async () => {
  const { prices } = tableOf(minutes(5));
  const changedFrom = 7 * 288;
  const other = prices.map((price, index) => (index < changedFrom ? price : 900 - price));
  const before = (await run({ rules: nem })).run.powerW.subarray(0, changedFrom - from);
  const after = (await run({ rules: nem, prices: other })).run.powerW.subarray(0, changedFrom - from);
  expect(after).toEqual(before);
});

test("half-hours are no intervals of a five-minute market", async () => {
  const table = tableOf(minutes(30));
  const wish = { battery, trader: "yesterday", from: 5 * 48, to: DAYS * 48, socStart: 0, workers: 1, rules: nem };
  expect(await backtestIntervals({ ...wish, table })).toMatchObject({
    ok: false,
    error: { code: "lab.other-interval" },
  });
});

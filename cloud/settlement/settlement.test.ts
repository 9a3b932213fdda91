import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { MW, minutes, UtcMs, Wh } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { MarketClock } from "../desk/market-clock.ts";
import { cloudConfig, dayStartMs, fiveMinutes, journalOn, siteEntry, unitEntry } from "../desk/testing/desk-world.ts";
import { nem } from "../markets/index.ts";
import { MemoryCloudStore } from "../store/index.ts";
import { Settlement } from "./settlement.ts";

const sites = ["feeder", "street"];
const intervalAfter = (count: number) => {
  const startMs = UtcMs(dayStartMs + count * fiveMinutes);
  return { startMs, endMs: UtcMs(startMs + fiveMinutes) };
};

/** Two sites under one unit, loss factor 0.98, five minutes an interval. */
class Books {
  readonly clock = new SimClock(dayStartMs);
  readonly config = cloudConfig(
    sites.map((id) => siteEntry(id)),
    [unitEntry("PNSTK2", sites)],
  );
  readonly #store = new MemoryCloudStore();
  settlement = this.open();

  open(): Settlement {
    const anchor = { wallMs: dayStartMs, marketMs: dayStartMs, speed: 1 };
    return new Settlement({
      clock: this.clock,
      marketClock: new MarketClock(this.clock, anchor),
      config: this.config,
      market: nem,
      journal: journalOn(this.#store),
    });
  }

  get lines() {
    const all = { startMs: UtcMs(0), endMs: UtcMs(Number.MAX_SAFE_INTEGER) };
    return this.#store.entries("settlement", all).map(({ body }) => body);
  }

  cleared(count: number, targetMW: number, pricePerMWh: number): void {
    const interval = intervalAfter(count);
    const award = {
      marketId: "nem",
      unitId: "PNSTK2",
      interval,
      targetW: MW(targetMW),
      pricePerMWh,
      rampLimited: false,
    };
    const results = { interval, pricePerMWh, currency: "AUD" as const, awards: [award] };
    const about = { knownAtMs: this.clock.nowMs(), intervalStartMs: interval.startMs };
    journalOn(this.#store).append({ kind: "award", id: `award.${count}`, ...about, body: results });
    this.settlement.cleared(results);
  }

  counted(siteId: string, afterS: number, outWh: number, inWh = 0): void {
    this.settlement.counted(siteId, { atMs: UtcMs(dayStartMs + afterS * 1000), outWh: Wh(outWh), inWh: Wh(inWh) });
  }
}

test("an interval settled to the cent: energy at the meter, times price, times loss factor", () => {
  const books = new Books();
  books.cleared(0, 6, 87.35);
  for (const siteId of sites) books.counted(siteId, 0, 1_000);
  books.counted("feeder", 300, 1_000 + 333_000);
  books.counted("street", 300, 1_000 + 150_000, 2_000);
  books.clock.advance(minutes(5));
  books.settlement.settleWhatCanBe();
  const totals = books.settlement.totals();
  // 0.333 and 0.148 MWh at 87.35 × 0.98 = 85.603 AUD/MWh.
  expect(totals.bySite["feeder"]).toBeCloseTo(28.505_799, 6);
  expect(totals.bySite["street"]).toBeCloseTo(12.669_244, 6);
  expect(totals.revenue).toBeCloseTo(41.18, 2);
  expect(totals.byUnit["PNSTK2"]).toBe(totals.revenue);
  expect(totals.meteredMWh).toBeCloseTo(0.481, 9);
  expect(totals.dispatchedMWh).toBeCloseTo(0.5, 9);
  expect(totals.shortfallMWh).toBeCloseTo(0.019, 9);
  expect(totals.cost).toBeCloseTo((0.333 + 0.148) * 5, 9);
});

test("charging at a negative price is paid for, and buying at a positive one costs", () => {
  const books = new Books();
  for (const [count, price] of [-50, 50].entries()) {
    books.cleared(count, -6, price);
    for (const siteId of sites) books.counted(siteId, count * 300, 0, count * 250_000);
  }
  for (const siteId of sites) books.counted(siteId, 600, 0, 500_000);
  books.clock.advance(minutes(10));
  books.settlement.settleWhatCanBe();
  expect(books.lines).toMatchObject([{ amount: 0.5 * 50 * 0.98 }, { amount: -0.5 * 50 * 0.98 }]);
  expect(books.settlement.totals().revenue).toBeCloseTo(0, 9);
});

test("an interval waits for the counters of all its sites, is settled once, and never estimated", () => {
  const books = new Books();
  books.cleared(0, 2, 100);
  for (const siteId of sites) books.counted(siteId, 0, 0);
  books.counted("feeder", 300, 80_000);
  books.clock.advance(minutes(30));
  books.settlement.settleWhatCanBe();
  expect(books.settlement.totals()).toMatchObject({ intervals: 0, waiting: 1, revenue: 0 });
  books.counted("street", 300, 90_000); // From its backlog, half an hour late.
  books.settlement.settleWhatCanBe();
  books.settlement.settleWhatCanBe();
  expect(books.settlement.totals()).toMatchObject({ intervals: 1, waiting: 0, meteredMWh: 0.17 });
  expect(books.lines).toHaveLength(1);
});

test("a restart knows what was settled and goes on with what still waits", () => {
  const books = new Books();
  for (const siteId of sites) books.counted(siteId, 0, 0);
  books.cleared(0, 2, 100);
  books.cleared(1, 2, 100);
  for (const siteId of sites) books.counted(siteId, 300, 80_000);
  books.clock.advance(minutes(6));
  books.settlement.settleWhatCanBe();
  const before = books.settlement.totals();
  expect(before).toMatchObject({ intervals: 1, waiting: 1 });

  books.settlement = books.open();
  const at = (afterS: number, wh: number) => ({
    atMs: UtcMs(dayStartMs + afterS * 1000),
    dischargedWh: null,
    chargedWh: null,
    exportedWh: wh,
    importedWh: 0,
  });
  books.settlement.restore(() => [at(0, 0), at(300, 80_000)]);
  expect(books.settlement.totals().revenue).toBe(before.revenue);
  for (const siteId of sites) books.counted(siteId, 600, 160_000);
  books.clock.advance(minutes(5));
  books.settlement.settleWhatCanBe();
  expect(books.settlement.totals()).toMatchObject({ intervals: 2, waiting: 0 });
  expect(books.settlement.totals().revenue).toBeCloseTo(2 * before.revenue, 9);
});

test("nobody earns more than perfect foresight with the same battery, however they trade", () => {
  const rng = new Rng("foresight");
  for (let round = 0; round < 30; round++) {
    const books = new Books();
    const soc = { feeder: rng.between(0.1, 0.9), street: rng.between(0.1, 0.9) };
    const outWh = { feeder: 0, street: 0 };
    const inWh = { feeder: 0, street: 0 };
    const note = (afterS: number) => {
      for (const siteId of ["feeder", "street"] as const) {
        books.counted(siteId, afterS, outWh[siteId], inWh[siteId]);
        books.settlement.charged(siteId, UtcMs(dayStartMs + afterS * 1000), soc[siteId]);
      }
    };
    note(0);
    for (let count = 0; count < 40; count++) {
      books.cleared(count, 0, Math.round(rng.between(-100, 300)));
      for (const siteId of ["feeder", "street"] as const) {
        const roomWh = { out: (soc[siteId] - 0.05) * 20e6 * 0.95, in: ((0.95 - soc[siteId]) * 20e6) / 0.95 };
        const energyWh = Math.max(-roomWh.in, Math.min(roomWh.out, rng.between(-1, 1) * (10e6 / 12)));
        soc[siteId] -= energyWh > 0 ? energyWh / 0.95 / 20e6 : (energyWh * 0.95) / 20e6;
        if (energyWh > 0) outWh[siteId] += energyWh;
        else inWh[siteId] -= energyWh;
      }
      note((count + 1) * 300);
    }
    books.clock.advance(minutes(201));
    books.settlement.settleWhatCanBe();
    const { revenue, cost, perfectForesightRevenue, perfectForesightProfit, share, intervals } =
      books.settlement.totals();
    expect(intervals).toBe(40);
    expect(revenue).toBeLessThanOrEqual(perfectForesightRevenue);
    expect(revenue - cost).toBeLessThanOrEqual(perfectForesightProfit);
    expect(share).toBeLessThanOrEqual(1);
  }
});

test("a week that nothing can be added to is kept as its sums alone, also over a restart", () => {
  const books = new Books();
  const perDay = 288;
  const charge = (count: number, soc: number) => {
    for (const siteId of sites) books.settlement.charged(siteId, intervalAfter(count).startMs, soc);
  };
  for (let day = 0; day < 28; day++) {
    const first = day * perDay;
    for (const siteId of sites) books.counted(siteId, first * 300, day * 80_000);
    charge(first, 0.6);
    books.clock.advance(minutes(5));
    for (const siteId of sites) books.counted(siteId, (first + 1) * 300, (day + 1) * 80_000);
    charge(first + 1, 0.59);
    books.cleared(first, 2, 100);
    books.clock.advance(minutes(5 * (perDay - 1)));
  }
  books.settlement.settleWhatCanBe();
  const before = books.settlement.totals();
  expect(before).toMatchObject({ intervals: 28, waiting: 0, sinceMs: dayStartMs });
  expect(before.revenue).toBeCloseTo(28 * 0.16 * 100 * 0.98, 6);
  expect(before.perfectForesightRevenue).toBeGreaterThanOrEqual(before.revenue);
  expect(books.settlement.settledOf("PNSTK2", intervalAfter(0).startMs)).toBeUndefined();
  expect(books.settlement.settledOf("PNSTK2", intervalAfter(27 * perDay).startMs)?.amount).toBeCloseTo(15.68, 9);
  expect(books.lines).toHaveLength(28);

  // An award of a closed week that is told again is not settled a second time.
  books.cleared(0, 2, 100);
  expect(books.settlement.totals()).toMatchObject({ intervals: 28, waiting: 0 });

  books.settlement = books.open();
  books.settlement.restore(() => []);
  const after = books.settlement.totals();
  expect(after).toMatchObject({
    intervals: 28,
    waiting: 0,
    sinceMs: before.sinceMs,
    settledUntilMs: before.settledUntilMs,
  });
  for (const figure of ["revenue", "cost", "perfectForesightRevenue", "perfectForesightProfit", "share"] as const)
    expect(after[figure]).toBeCloseTo(before[figure] ?? Number.NaN, 6);
});

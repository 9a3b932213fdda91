import { ok } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { learnValue } from "../../models/learn-value.ts";
import { storeValueKeeper } from "../../models/store-value-keeper.ts";
import { generatePrices, PriceHistory } from "../../prices/index.ts";
import { MemoryCloudStore } from "../../store/memory-cloud-store.ts";
import { batteryOf } from "../../strategies/battery-of.ts";
import { type SiteCapability, type StrategyView, valueCurve } from "../../strategies/index.ts";
import type { ValueKeeper } from "../../strategies/learned/kept-value.ts";
import { ValueLearner } from "../../strategies/learned/value-learner.ts";
import { LearnedStrategy, type ValueTrainer } from "../../strategies/learned-strategy.ts";
import { MarketPast } from "./market-table.ts";
import { traderNamed } from "./traders.ts";

const PER_DAY = 48;
const series = generatePrices({
  ...{ rng: new Rng(3), region: "NSW1", currency: "AUD", startMs: UtcMs(Date.UTC(2024, 2, 1, 14)) },
  ...{ intervalMs: minutes(30), count: 40 * PER_DAY, knownAfterStartMs: Ms(0), floor: -1000, cap: 16_600 },
  utcOffsetMs: hours(10),
});
const site: SiteCapability = {
  ...{ siteId: "park", available: true, soc: 0.4, socMin: 0, socMax: 1, capacityWh: MWh(200) },
  ...{ powerWMaxCharge: MW(100), powerWMaxDischarge: MW(100), efficiencyOneWay: 0.92, costPerMWh: 10 },
};
const table = {
  ...{ source: "made up", intervalMs: series.intervalMs, startMs: series.startMs, prices: series.prices },
  ...{ utcOffsetMs: hours(10), measured: [], published: [] },
};

/** Just before interval `index`: the last price known is of the one before. */
const viewAt = (index: number, change: Partial<SiteCapability> = {}): StrategyView => {
  const startMs = UtcMs(series.startMs + index * series.intervalMs);
  const asOfMs = UtcMs(startMs - minutes(2));
  const mean = new Float64Array(PER_DAY).fill(60);
  return {
    asOfMs,
    interval: { startMs, endMs: UtcMs(startMs + series.intervalMs) },
    forecast: {
      ...{ forecaster: "flat", asOfMs, startMs, intervalMs: series.intervalMs, mean, quantiles: [], paths: [] },
    },
    history: PriceHistory.asOf(series, asOfMs),
    sites: [{ ...site, ...change }],
    market: { lossFactor: 1, priceTick: 0.01, priceFloor: -1000, priceCap: 16_600 },
  };
};
const atOnce: ValueTrainer = { learn: (lesson, done) => done(ok(learnedOnce(lesson))) };
/** Learning takes seconds: the same past is learned from once. */
const learned = new Map<number, ReturnType<typeof learnValue>>();
function learnedOnce(lesson: Parameters<typeof learnValue>[0]): ReturnType<typeof learnValue> {
  const model = learned.get(lesson.prices.length) ?? learnValue(lesson);
  learned.set(lesson.prices.length, model);
  return model;
}
const strategyWith = (trainer: ValueTrainer, keeper?: ValueKeeper) =>
  new LearnedStrategy({ trainer, keeper, fallback: valueCurve, utcOffsetMs: hours(10) });
const intentOf = (strategy: LearnedStrategy, view: StrategyView) => {
  const decided = strategy.decide(view);
  if (!decided.ok || decided.value[0] === undefined) throw new Error("no intent");
  return decided.value[0];
};

test("for the same past the desk's trader and the backtest's give the same curve, interval by interval", () => {
  const from = 31 * PER_DAY;
  const desk = strategyWith(atOnce);
  const battery = batteryOf(site);
  const model = new ValueLearner(new MarketPast(table, 0), battery).learn(new MarketPast(table, from));
  const trader = traderNamed("learned-value").make({ battery, modelAt: () => model });
  for (let index = from; index < from + PER_DAY; index++) {
    const soc = ((index * 7) % 100) / 100;
    const intent = intentOf(desk, viewAt(index, { soc }));
    expect(intent.curve).toEqual(trader.curve(new MarketPast(table, index), soc));
    expect(intent.because).toBe("as learned from 31 days of prices");
  }
});

test("until it has learned the value curve bids, and says why", () => {
  const asked: Parameters<ValueTrainer["learn"]>[] = [];
  const desk = strategyWith({ learn: (...call) => void asked.push(call) });
  const early = intentOf(desk, viewAt(10 * PER_DAY));
  expect(early.because).toMatch(/^value-curve, for 10\.0 of 30 days to learn from are on record: /);
  const plain = valueCurve.decide(viewAt(10 * PER_DAY));
  expect(plain.ok && plain.value[0]?.curve).toEqual(early.curve);

  expect(intentOf(desk, viewAt(31 * PER_DAY)).because).toMatch(/still learning/);
  intentOf(desk, viewAt(31 * PER_DAY + 1));
  expect(asked).toHaveLength(1); // Asked once, not each interval.
  const [lesson, done] = asked[0] as Parameters<ValueTrainer["learn"]>;
  expect(lesson.prices).toEqual(series.prices.slice(0, 31 * PER_DAY));
  done({ ok: false, error: { code: "strategy.learning-failed" } });
  expect(intentOf(desk, viewAt(31 * PER_DAY + 2)).because).toMatch(/still learning|learning failed/);
  const { history: _, ...blind } = viewAt(31 * PER_DAY + 3);
  expect(intentOf(desk, blind).because).toMatch(/no record of prices/);
});

test("it learns again every week, and what was learned before bids meanwhile", () => {
  const lengths: number[] = [];
  const desk = strategyWith({
    learn: (lesson, done) => {
      lengths.push(lesson.prices.length / PER_DAY);
      if (lengths.length === 1) done(ok(learnedOnce(lesson)));
    },
  });
  for (let day = 31; day < 40; day++) expect(intentOf(desk, viewAt(day * PER_DAY)).because).toMatch(/^as learned/);
  expect(lengths).toEqual([31, 38]);
});

test("with half of its units a site bids half the power at the same prices, within what it can do", () => {
  const desk = strategyWith(atOnce);
  const whole = intentOf(desk, viewAt(31 * PER_DAY));
  const half = intentOf(
    desk,
    viewAt(31 * PER_DAY, { capacityWh: MWh(100), powerWMaxDischarge: MW(50), powerWMaxCharge: MW(40) }),
  );
  expect(half.curve.steps.map(({ pricePerMWh }) => pricePerMWh)).toEqual(
    whole.curve.steps.map(({ pricePerMWh }) => pricePerMWh),
  );
  expect(half.curve.steps.at(-1)?.powerW).toBe(W((whole.curve.steps.at(-1)?.powerW ?? 0) / 2));
  expect(half.curve.powerWAtFloor).toBeGreaterThanOrEqual(MW(-40));
});

const never: ValueTrainer = { learn: () => {} };
const storeOf = () => new MemoryCloudStore();

test("after a restart in the middle of a day it goes on with what was learned, and says the very same curves", () => {
  const store = storeOf();
  const from = 31 * PER_DAY;
  const restartAt = from + 19;
  const desk = strategyWith(atOnce);
  const first = strategyWith(atOnce, storeValueKeeper(store, "code-1"));
  const second = strategyWith(never, storeValueKeeper(store, "code-1"));
  for (let index = from; index < from + 2 * PER_DAY; index++) {
    const view = viewAt(index, { soc: ((index * 7) % 100) / 100 });
    const wanted = intentOf(desk, view);
    expect(intentOf(index < restartAt ? first : second, view)).toEqual(wanted);
  }
});

test.each<[string, string, Partial<SiteCapability>, RegExp]>([
  ["by other code", "code-2", {}, /learning anew, what was kept was learned by other code/],
  ["for a battery with more wear", "code-1", { costPerMWh: 30 }, /learning anew, what was kept is for another battery/],
  ["for a smaller battery", "code-1", { capacityWh: MWh(400) }, /learning anew, what was kept is for another battery/],
])("what was learned %s is not asked: it learns anew and says why", (_, version, change, because) => {
  const store = storeOf();
  intentOf(strategyWith(atOnce, storeValueKeeper(store, "code-1")), viewAt(31 * PER_DAY));
  const after = strategyWith(never, storeValueKeeper(store, version));
  expect(intentOf(after, viewAt(31 * PER_DAY + 1, change)).because).toMatch(because);
});

test("with units out after a restart what was learned for all of them still serves", () => {
  const store = storeOf();
  intentOf(strategyWith(atOnce, storeValueKeeper(store, "code-1")), viewAt(31 * PER_DAY));
  const after = strategyWith(never, storeValueKeeper(store, "code-1"));
  const half = { capacityWh: MWh(100), powerWMaxDischarge: MW(50), powerWMaxCharge: MW(50) };
  expect(intentOf(after, viewAt(31 * PER_DAY + 1, half)).because).toBe("as learned from 31 days of prices");
});

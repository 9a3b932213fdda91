import { MW, MWh, minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { priceQuantityCurve } from "../../strategies/price-quantity-curve.ts";
import { resampledWeeks } from "./bootstrap.ts";
import { roundAxis, shortNumber } from "./charts.ts";
import { reportPage } from "./report-page.ts";

const DAYS = 20;
const PER_DAY = 48;
const intervals = DAYS * PER_DAY;
const constant = (value: number, length = intervals): Float64Array => new Float64Array(length).fill(value);
const score = {
  profit: 480,
  perfectForesightProfit: 960,
  capture: 0.5,
  captureWithoutTop10Days: 0.5,
  cyclesPerDay: 1.25,
};

test("the page says what was kept of hindsight, in words and pictures, and lets no name write into it", () => {
  const table = {
    source: "<b>prices</b>.csv",
    intervalMs: minutes(30),
    startMs: UtcMs(Date.UTC(2024, 0, 1)),
    utcOffsetMs: 0,
    prices: constant(40),
    measured: [],
    published: [],
  };
  const curve = priceQuantityCurve(MW(-1), [
    { pricePerMWh: 20, powerW: W(0) },
    { pricePerMWh: 90, powerW: MW(1) },
  ]);
  const page = reportPage({
    market: "generic",
    strategy: "learned-value",
    table,
    from: 0,
    battery: {
      capacityWh: MWh(2),
      socMin: 0,
      socMax: 1,
      powerWMaxCharge: MW(1),
      powerWMaxDischarge: MW(1),
      efficiencyCharge: 0.92,
      efficiencyDischarge: 0.92,
      costPerMWh: 10,
      auxiliaryW: W(0),
    },
    result: {
      ...score,
      intervals,
      days: DAYS,
      models: 3,
      topBottom: { name: "TB2", amount: 1, share: 1, definition: "TB2" },
      baselines: { yesterday: { ...score, profit: 96, capture: 0.1 } },
      run: { powerW: constant(0), soc: constant(0.5, intervals + 1), profit: constant(0.5), dischargedMWh: 0 },
      hindsight: constant(1),
    },
    curves: new Map(Array.from({ length: intervals / 2 }, (_, hour) => [hour * 2, curve] as const)),
  });
  for (const words of [
    "50.0 %",
    "10.0 %",
    "without top 10 days",
    "State of charge by time of day",
    "MW from 90.00 to 400.00",
    "2024-01-20",
  ])
    expect(page).toContain(words);
  expect(page).not.toContain("<b>prices</b>");
  expect(page).not.toContain("NaN");
  expect(page.match(/<svg/g)).toHaveLength(3);
});

test("resampled weeks: the same every day is certain, a few good days are not", () => {
  expect(resampledWeeks(constant(1, 100), constant(2, 100), "same")).toEqual({
    capture: [0.5, 0.5],
    profit: [100, 100],
  });
  const lumpy = constant(1, 100).map((value, day) => (day % 25 === 0 ? 60 : value));
  const [low, high] = resampledWeeks(lumpy, constant(8, 100), "lumpy").capture ?? [0, 0];
  expect(low).toBeLessThan(lumpy.reduce((sum, value) => sum + value, 0) / 800);
  expect(high).toBeGreaterThan(low + 0.05);
  expect(resampledWeeks(constant(0, 10), constant(0, 10), "none").capture).toBeNull();
});

test.each([
  [0, 97, { from: 0, to: 100 }],
  [-3, 12, { from: -5, to: 15 }],
  [0, 1_200_000, { from: 0, to: 1_500_000 }],
])("an axis from %d to %d has round ends", (low, high, ends) => {
  expect(roundAxis(low, high)).toMatchObject(ends);
});

test("long numbers are said shortly", () => {
  expect([950, 12_300, -4_560_000].map(shortNumber)).toEqual(["950", "12.3 k", "-4.56 M"]);
});

import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { dayBandPrices } from "./band-prices.ts";
import { tradingDay } from "./calendar.ts";
import { exampleUnit } from "./testing/example-bid.ts";

const day = tradingDay(UtcMs(Date.UTC(2023, 7, 1)));
const bandsFor = (sellPrices: readonly number[], buyPrices: readonly number[] = []) => {
  const bands = dayBandPrices({ unit: exampleUnit, day, levels: [{ sellPrices, buyPrices }] });
  if (!bands.ok) throw new Error(bands.error.code);
  return bands.value;
};

test("floor, zero, nine tenths of the cap and the cap are always among the ten, at the unit", () => {
  for (const { sell, buy } of [bandsFor([]), bandsFor([0, 0, 0]), bandsFor([90, 100, 110], [40])]) {
    for (const side of [sell, buy]) {
      expect(side).toHaveLength(10);
      expect(new Set(side).size).toBe(10);
      expect(side).toEqual(side.toSorted((a, b) => a - b));
      expect(side).toEqual(expect.arrayContaining([-950, 0, 14_193, 15_770]));
    }
  }
});

test("the rest lie where the strategies expect to act, and one above for a dearer day", () => {
  const { sell } = bandsFor(Array.from({ length: 101 }, (_, index) => 100 + index));
  expect(sell).toEqual([-950, 0, 110, 130, 150, 170, 190, 300, 14_193, 15_770]);
});

test("every price is a whole cent within the limits, whatever is asked", () => {
  const { sell, buy } = bandsFor([1e9, -1e9, 33.333_333, Number.NaN], [12.345_678]);
  for (const price of [...sell, ...buy]) {
    expect(price).toBe(Math.round(price * 100) / 100);
    expect(price).toBeGreaterThanOrEqual(-950);
    expect(price).toBeLessThanOrEqual(15_770);
  }
});

test("a day without rules has no bands", () => {
  const early = tradingDay(UtcMs(Date.UTC(2010, 0, 1)));
  expect(dayBandPrices({ unit: exampleUnit, day: early, levels: [] })).toMatchObject({ ok: false });
});

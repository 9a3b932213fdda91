import { Rng } from "@penstock/protocol/rng";
import { hours, Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { generatePrices } from "./generate-prices.ts";

const generate = (seed: number, days: number) =>
  generatePrices({
    rng: new Rng(seed),
    region: "NSW1",
    currency: "AUD",
    startMs: UtcMs(Date.UTC(2026, 0, 5, 14)),
    intervalMs: minutes(5),
    count: days * 288,
    knownAfterStartMs: Ms(0),
    floor: -1000,
    cap: 20_300,
    utcOffsetMs: hours(10),
  });

const quantile = (prices: Float64Array, p: number): number =>
  prices.slice().sort()[Math.floor(p * (prices.length - 1))] ?? Number.NaN;

test("one seed is one year of prices, another seed another, and a longer run begins like a shorter one", () => {
  expect(generate(7, 3)).toEqual(generate(7, 3));
  expect(generate(8, 3).prices).not.toEqual(generate(7, 3).prices);
  expect(generate(7, 5).prices.slice(0, 3 * 288)).toEqual(generate(7, 3).prices);
});

test("generated prices say that they are", () => {
  expect(generate(7, 1)).toMatchObject({ generated: true, source: "generated" });
});

test.each([1, 2, 3, 4, 5])("seed %d looks like a power market with much sun", (seed) => {
  const { prices } = generate(seed, 90);
  const negative = prices.filter((price) => price < 0).length / prices.length;
  expect(negative).toBeGreaterThan(0.01);
  expect(negative).toBeLessThan(0.25);
  expect(quantile(prices, 0.5)).toBeGreaterThan(40);
  expect(quantile(prices, 0.5)).toBeLessThan(120);
  expect(Math.max(...prices)).toBeGreaterThan(1000);
  expect(Math.max(...prices)).toBeLessThanOrEqual(20_300);
  expect(Math.min(...prices)).toBeGreaterThanOrEqual(-1000);
});

test("evenings are dear, middays are cheap, and a price resembles the one before it", () => {
  const { prices } = generate(7, 90);
  const medianAt = (hour: number): number =>
    quantile(
      Float64Array.from({ length: 90 }, (_, day) => prices[day * 288 + hour * 12] ?? 0),
      0.5,
    );
  expect(medianAt(18)).toBeGreaterThan(medianAt(12) + 60);
  const moves = prices.slice(1).map((price, index) => Math.abs(price - (prices[index] ?? 0)));
  expect(quantile(moves, 0.5)).toBeLessThan(10);
});

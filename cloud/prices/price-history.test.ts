import { Ms, minutes, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { PriceHistory } from "./price-history.ts";
import { clearedPrice, type PriceSeries } from "./price-series.ts";

const noonMs = Date.UTC(2023, 0, 1, 12);
const at = (minute: number): UtcMs => UtcMs(noonMs + minute * 60_000);
const series = (knownAfterStartMs: Ms): PriceSeries => ({
  region: "NSW1",
  currency: "AUD",
  intervalMs: minutes(5),
  startMs: at(0),
  knownAfterStartMs,
  prices: Float64Array.of(10, 20, 30, 40),
  generated: false,
  source: "test",
});

test.each([
  // as of minute, known at the start of the interval, known after it ends
  [-1, 0, 0],
  [0, 1, 0],
  [4, 1, 0],
  [5, 2, 1],
  [10, 3, 2],
  [600, 4, 4],
])("at minute %d a market that publishes at the start has told %d prices, one that publishes at the end %d", (minute, atStart, atEnd) => {
  expect(PriceHistory.asOf(series(Ms(0)), at(minute)).length).toBe(atStart);
  expect(PriceHistory.asOf(series(minutes(5)), at(minute)).length).toBe(atEnd);
});

test("a view made for 12:09 answers about 12:05 and refuses 12:10", () => {
  const history = PriceHistory.asOf(series(Ms(0)), at(9));
  expect(history.at(at(9))).toEqual({ ok: true, value: 20 });
  expect(history.at(at(10))).toMatchObject({ ok: false, error: { code: "prices.look-ahead" } });
  expect(history.at(at(-1))).toMatchObject({ ok: false, error: { code: "prices.before-series" } });
});

test("an earlier view can be had from a later one, a later one cannot", () => {
  const history = PriceHistory.asOf(series(Ms(0)), at(9));
  expect(history.before(at(4))).toMatchObject({ ok: true, value: { length: 1 } });
  expect(history.before(at(10))).toMatchObject({ ok: false, error: { code: "prices.look-ahead" } });
});

test("the latest prices are a copy that leads to no later price", () => {
  const history = PriceHistory.asOf(series(Ms(0)), at(9));
  const latest = history.latest(10);
  expect([...latest]).toEqual([10, 20]);
  expect(latest.buffer.byteLength).toBe(2 * Float64Array.BYTES_PER_ELEMENT);
});

test("asking past the last known element is our mistake and stops us", () => {
  expect(() => PriceHistory.asOf(series(Ms(0)), at(9)).price(2)).toThrow("elements it says it has");
});

test("hindsight knows every price of the series and none outside it", () => {
  expect(clearedPrice(series(Ms(0)), at(19))).toEqual({ ok: true, value: 40 });
  expect(clearedPrice(series(Ms(0)), at(20))).toMatchObject({ ok: false, error: { code: "prices.outside-series" } });
});

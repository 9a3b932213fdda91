import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { bandPriceGateMs, gateClosureMs, intervalsOf, periodIdOf, tradingDate, tradingDay } from "./calendar.ts";
import { nemRulesAt } from "./rules.ts";

const utc = (text: string): UtcMs => UtcMs(Date.parse(`${text}Z`));
const text = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 16);

test.each([
  // instant (UTC), NEM date of the trading day it is in
  ["2023-06-30T17:59:59", "2023-06-30"],
  ["2023-06-30T18:00:00", "2023-07-01"],
  ["2023-07-01T17:59:59", "2023-07-01"],
  // Summer time in Sydney begins on 2023-10-01: the NEM does not notice.
  ["2023-09-30T18:00:00", "2023-10-01"],
  ["2023-10-01T17:59:59", "2023-10-01"],
])("%s UTC is in the trading day of %s, 04:00 to 04:00 NEM time", (instant, date) => {
  const day = tradingDay(utc(instant));
  expect(tradingDate(day)).toBe(date);
  expect(text(day.startMs).slice(11)).toBe("18:00");
  expect(day.endMs - day.startMs).toBe(86_400_000);
});

test("a trading day has 288 intervals; period 1 ends at 04:05 and period 288 at 04:00", () => {
  const day = tradingDay(utc("2023-06-30T18:00:00"));
  const intervals = intervalsOf(day);
  expect(intervals).toHaveLength(288);
  expect(intervals.map(periodIdOf)).toEqual(Array.from({ length: 288 }, (_, index) => index + 1));
  expect(intervals[0]).toEqual({ startMs: day.startMs, endMs: day.startMs + 300_000 });
  expect(intervals.at(-1)?.endMs).toBe(day.endMs);
});

test("band prices are due at 12:30 NEM time the day before, volumes until the dispatch run", () => {
  const day = tradingDay(utc("2023-06-30T18:00:00"));
  expect(text(bandPriceGateMs(day))).toBe("2023-06-30T02:30");
  const [first] = intervalsOf(day);
  if (first === undefined) throw new Error("a day has intervals");
  expect(gateClosureMs(first)).toBeLessThan(first.startMs);
});

test.each([
  ["2023-06-30T17:59:59", 15_500],
  ["2023-06-30T18:00:00", 16_600],
  ["2024-12-01T00:00:00", 17_500],
  ["2025-12-01T00:00:00", 20_300],
])("at %s UTC the cap is %d, and the floor −1000", (instant, marketPriceCap) => {
  expect(nemRulesAt(utc(instant))).toMatchObject({ ok: true, value: { marketPriceCap, marketPriceFloor: -1000 } });
});

test("before the first rules on record there are none to guess", () => {
  expect(nemRulesAt(utc("2015-06-30T17:00:00"))).toMatchObject({ ok: false, error: { code: "nem.no-rules" } });
});

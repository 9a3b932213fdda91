import { SimClock } from "@penstock/protocol/time";
import { hours, Ms, minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { MarketClock } from "./market-clock.ts";

const wallMs = UtcMs(Date.parse("2026-03-01T12:00:00Z"));
const marketMs = UtcMs(Date.parse("2023-01-15T00:00:00Z"));
const anchor = { wallMs, marketMs, speed: 60 };

test("at sixty times, a five-minute interval lasts five seconds", () => {
  const clock = new SimClock(wallMs);
  const market = new MarketClock(clock, anchor);
  const interval = { startMs: marketMs, endMs: UtcMs(marketMs + minutes(5)) };
  expect(market.wallLengthMs(interval)).toBe(5_000);
  clock.advance(seconds(5));
  expect(market.nowMs()).toBe(interval.endMs);
  expect(market.wallInterval(interval)).toEqual({ startMs: wallMs, endMs: wallMs + 5_000 });
});

test("a wall clock that steps moves no interval", () => {
  const clock = new SimClock(wallMs);
  const market = new MarketClock(clock, anchor);
  clock.stepWall(hours(1));
  clock.advance(seconds(1));
  expect(market.nowMs()).toBe(marketMs + 60_000);
});

test("a process started again goes on in the same market time", () => {
  const clock = new SimClock(wallMs);
  clock.advance(seconds(90));
  expect(new MarketClock(clock, anchor).nowMs()).toBe(marketMs + 90 * 60_000);
});

test.each([
  1, 3, 60, 600,
])("at %d times nothing runs before its moment nor more than a wall millisecond after", (speed) => {
  const clock = new SimClock(wallMs);
  clock.advance(Ms(0.37));
  const market = new MarketClock(clock, { ...anchor, speed });
  const ranAtMs: number[] = [];
  const dueMs = UtcMs(marketMs + 1_234_567);
  market.at(dueMs, () => ranAtMs.push(market.nowMs()));
  clock.advance(minutes(30));
  expect(ranAtMs).toHaveLength(1);
  expect((ranAtMs[0] ?? 0) - dueMs).toBeGreaterThanOrEqual(0);
  expect((ranAtMs[0] ?? 0) - dueMs).toBeLessThanOrEqual(speed);
});

test("a cancelled appointment is not kept", () => {
  const clock = new SimClock(wallMs);
  let kept = 0;
  new MarketClock(clock, anchor).at(UtcMs(marketMs + 60_000), () => kept++).cancel();
  clock.advance(minutes(1));
  expect(kept).toBe(0);
});

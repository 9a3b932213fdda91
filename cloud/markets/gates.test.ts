import { localText } from "@penstock/protocol/time";
import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { dayAheadGateMs as caisoDayAhead } from "./caiso/calendar.ts";
import { dayAheadGateMs as ercotDayAhead, ercotTime } from "./ercot/calendar.ts";
import { efaBlock, responseGateMs, settlementPeriodOf } from "./gb/calendar.ts";
import { type Market, markets } from "./index.ts";
import { gateOnDayBefore, ida3GateMs, sliceOf } from "./sdac/calendar.ts";

const at = (text: string): UtcMs => UtcMs(Date.parse(text));
const market = (id: string): Market => markets[id] as Market;
const utc = (instantMs: UtcMs): string => new Date(instantMs).toISOString().slice(0, 16);

test.each([
  // market     an instant of the day      intervals  first starts        gate of the first
  ["nem", "2026-06-10T03:00:00Z", 288, "2026-06-09T18:00", "2026-06-09T17:59"],
  ["ercot", "2026-06-10T18:00:00Z", 96, "2026-06-10T05:00", "2026-06-10T04:59"],
  ["ercot", "2026-03-08T18:00:00Z", 92, "2026-03-08T06:00", "2026-03-08T05:59"],
  ["ercot", "2026-11-01T18:00:00Z", 100, "2026-11-01T05:00", "2026-11-01T04:59"],
  ["caiso", "2026-06-10T18:00:00Z", 288, "2026-06-10T07:00", "2026-06-10T05:45"],
  ["caiso", "2026-11-01T18:00:00Z", 300, "2026-11-01T07:00", "2026-11-01T05:45"],
  ["gb", "2026-06-10T12:00:00Z", 48, "2026-06-09T23:00", "2026-06-09T14:30"],
  ["gb", "2026-03-29T12:00:00Z", 46, "2026-03-29T00:00", "2026-03-28T15:30"],
  ["gb", "2026-10-25T12:00:00Z", 50, "2026-10-24T23:00", "2026-10-24T14:30"],
  ["sdac-de", "2026-06-10T12:00:00Z", 96, "2026-06-09T22:00", "2026-06-09T10:00"],
  ["sdac-de", "2026-03-29T12:00:00Z", 92, "2026-03-28T23:00", "2026-03-28T11:00"],
  ["sdac-de", "2026-10-25T12:00:00Z", 100, "2026-10-24T22:00", "2026-10-24T10:00"],
])("%s: the day of %s has %d intervals from %s, bids until %s", (id, instant, count, first, gate) => {
  const { tradingDay, intervalsOf, gateClosureMs } = market(id);
  const intervals = intervalsOf(tradingDay(at(instant)));
  expect(intervals).toHaveLength(count);
  expect(intervals.every(({ startMs }, index) => index === 0 || startMs === intervals[index - 1]?.endMs)).toBe(true);
  const [head] = intervals;
  expect(head && utc(head.startMs)).toBe(first);
  expect(head && utc(gateClosureMs(head))).toBe(gate);
});

test("day-ahead gates keep the wall clock over both changes", () => {
  const ercotGate = (day: string) => localText("America/Chicago", ercotDayAhead(market("ercot").tradingDay(at(day))));
  expect(ercotGate("2026-03-08T18:00:00Z")).toBe("2026-03-07T10:00:00");
  expect(ercotGate("2026-03-09T18:00:00Z")).toBe("2026-03-08T10:00:00");
  expect(localText("America/Los_Angeles", caisoDayAhead(market("caiso").tradingDay(at("2026-11-01T18:00:00Z"))))).toBe(
    "2026-10-31T10:00:00",
  );
  const delivery = market("sdac-de").tradingDay(at("2026-10-25T12:00:00Z"));
  expect(localText("Europe/Berlin", gateOnDayBefore("fcr", delivery))).toBe("2026-10-24T08:00:00");
  expect(localText("Europe/Berlin", ida3GateMs(delivery))).toBe("2026-10-25T10:00:00");
});

test("the repeated hour of Texas is told apart by its offset", () => {
  expect(ercotTime(at("2026-11-01T06:30:00Z"))).toBe("2026-11-01T01:30:00-05:00");
  expect(ercotTime(at("2026-11-01T07:30:00Z"))).toBe("2026-11-01T01:30:00-06:00");
});

test.each([
  ["2026-06-10T22:30:00Z", 1, 4, "2026-06-10T14:00:00"],
  ["2026-06-11T01:30:00Z", 1, 4, "2026-06-10T14:00:00"],
  ["2026-06-11T12:00:00Z", 4, 4, "2026-06-10T14:00:00"],
  ["2026-03-29T00:30:00Z", 1, 3, "2026-03-28T14:00:00"],
  ["2026-10-25T00:30:00Z", 1, 5, "2026-10-24T14:00:00"],
])("at %s it is EFA block %d of %d hours, offered until %s", (instant, block, hours, gate) => {
  const found = efaBlock(at(instant));
  expect(found.block).toBe(block);
  expect((found.interval.endMs - found.interval.startMs) / 3_600_000).toBe(hours);
  expect(localText("Europe/London", responseGateMs(found.interval))).toBe(gate);
});

test("settlement periods count from local midnight, 50 of them when clocks go back", () => {
  const day = market("gb").tradingDay(at("2026-10-25T12:00:00Z"));
  const periods = market("gb").intervalsOf(day).map(settlementPeriodOf);
  expect(periods).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
});

test("reserve slices of the day clocks change: three or five hours, then four each", () => {
  const hours = (instant: string) => {
    const { interval } = sliceOf(at(instant));
    return (interval.endMs - interval.startMs) / 3_600_000;
  };
  expect(hours("2026-03-29T00:30:00Z")).toBe(3);
  expect(hours("2026-10-25T00:30:00Z")).toBe(5);
  expect(hours("2026-10-25T12:00:00Z")).toBe(4);
  expect(sliceOf(at("2026-06-10T20:00:00Z")).slice).toBe(6);
});

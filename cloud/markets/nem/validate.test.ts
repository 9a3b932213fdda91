import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { Rebid } from "../market.ts";
import type { NemBid } from "./bid.ts";
import { exampleBid, exampleUnit, withSide } from "./testing/example-bid.ts";
import { validate } from "./validate.ts";

const [gen, load] = exampleBid.sides;
if (gen === undefined || load === undefined) throw new Error("the example has two sides");
const { startMs } = exampleBid.interval;
const rebid: Rebid = {
  reason: "1155 price 310.20 above forecast 140.10, 63 % stored",
  category: "F",
  eventMs: UtcMs(startMs - 300_000),
  awareMs: UtcMs(startMs - 120_000),
  decisionMs: UtcMs(startMs - 60_000),
};
const rebidWith = (change: Partial<Rebid>): NemBid => ({
  ...exampleBid,
  versionNumber: 2,
  rebid: { ...rebid, ...change },
});
const replaced = (values: readonly number[], at: number, value: number): number[] =>
  values.map((each, index) => (index === at ? value : each));

test("the example bid breaks no rule, nor does its rebid", () => {
  expect(validate(exampleBid, exampleUnit)).toEqual([]);
  expect(validate(rebidWith({}), exampleUnit)).toEqual([]);
});

const volumes = gen.bandAvailMW;
const prices = gen.bandPrices;

test.each<[string, NemBid, string, string]>([
  ["another unit's", { ...exampleBid, unitId: "PARK2" }, "nem.unit", "unit"],
  [
    "for four minutes",
    { ...exampleBid, interval: { startMs, endMs: UtcMs(startMs + 240_000) } },
    "nem.interval",
    "interval",
  ],
  [
    "off the five-minute grid",
    { ...exampleBid, interval: { startMs: UtcMs(startMs + 60_000), endMs: UtcMs(startMs + 360_000) } },
    "nem.interval",
    "interval",
  ],
  [
    "for 2010, before any rules on record",
    { ...exampleBid, interval: { startMs: UtcMs(0), endMs: UtcMs(300_000) } },
    "nem.no-rules",
    "interval",
  ],
  [
    "too late for the dispatch run",
    { ...exampleBid, decidedAtMs: UtcMs(startMs - 10_000) },
    "nem.gate-closed",
    "interval",
  ],
  ["GEN only", { ...exampleBid, sides: [gen] }, "nem.both-directions", "LOAD"],
  ["LOAD only", { ...exampleBid, sides: [load] }, "nem.both-directions", "GEN"],
  ["GEN twice", { ...exampleBid, sides: [gen, gen, load] }, "nem.both-directions", "GEN"],
  ["nine prices", withSide("GEN", { bandPrices: prices.slice(1) }), "nem.band-count", "GEN"],
  ["eleven volumes", withSide("LOAD", { bandAvailMW: [...load.bandAvailMW, 0] }), "nem.band-count", "LOAD"],
  [
    "a price above cap × loss factor",
    withSide("GEN", { bandPrices: replaced(prices, 9, 15_770.01) }),
    "nem.price-limit",
    "GEN band 10",
  ],
  [
    "a price below floor × loss factor",
    withSide("LOAD", { bandPrices: replaced(load.bandPrices, 0, -950.01) }),
    "nem.price-limit",
    "LOAD band 1",
  ],
  ["no price", withSide("GEN", { bandPrices: replaced(prices, 3, Number.NaN) }), "nem.price-limit", "GEN band 4"],
  ["tenths of cents", withSide("GEN", { bandPrices: replaced(prices, 3, 80.001) }), "nem.price-decimals", "GEN band 4"],
  ["falling prices", withSide("GEN", { bandPrices: replaced(prices, 3, 49.99) }), "nem.price-order", "GEN band 4"],
  [
    "half a megawatt",
    withSide("GEN", { bandAvailMW: replaced(replaced(volumes, 4, 60.5), 6, 39.5) }),
    "nem.whole-mw",
    "GEN band 5",
  ],
  [
    "a negative volume",
    withSide("GEN", { bandAvailMW: replaced(volumes, 3, -1), maxAvailMW: 99 }),
    "nem.whole-mw",
    "GEN band 4",
  ],
  [
    "a fractional availability",
    withSide("GEN", { bandAvailMW: replaced(volumes, 6, 39.5), maxAvailMW: 99.5 }),
    "nem.whole-mw",
    "GEN max avail",
  ],
  [
    "more than registered to generate",
    withSide("GEN", { bandAvailMW: replaced(volumes, 4, 61), maxAvailMW: 101 }),
    "nem.capacity",
    "GEN max avail",
  ],
  [
    "more than registered to consume",
    withSide("LOAD", { bandAvailMW: replaced(load.bandAvailMW, 4, 91), maxAvailMW: 91 }),
    "nem.capacity",
    "LOAD max avail",
  ],
  ["bands that do not sum to what is available", withSide("GEN", { maxAvailMW: 90 }), "nem.band-sum", "GEN"],
  ["a ramp of nothing", withSide("GEN", { rampUpMWPerMin: 0 }), "nem.ramp-rate", "GEN rampUpMWPerMin"],
  [
    "a ramp above the registered one",
    withSide("LOAD", { rampDownMWPerMin: 21 }),
    "nem.ramp-rate",
    "LOAD rampDownMWPerMin",
  ],
  [
    "buying at 120 what it sells at 120",
    withSide("LOAD", {
      bandPrices: replaced(load.bandPrices, 4, 120).toSorted((a, b) => a - b),
      bandAvailMW: replaced(
        load.bandAvailMW.map(() => 0),
        6,
        90,
      ),
    }),
    "nem.convexity",
    "LOAD and GEN",
  ],
  [
    "buying above what it sells at",
    withSide("LOAD", {
      bandAvailMW: replaced(
        load.bandAvailMW.map(() => 0),
        7,
        90,
      ),
    }),
    "nem.convexity",
    "LOAD and GEN",
  ],
  ["a storage limit below nothing", withSide("GEN", { energyLimitMWh: -1 }), "nem.energy-limit", "GEN energy limit"],
  [
    "a storage limit above the registered store",
    withSide("LOAD", { energyLimitMWh: 201 }),
    "nem.energy-limit",
    "LOAD energy limit",
  ],
  ["version 0", { ...exampleBid, versionNumber: 0 }, "nem.version", "version"],
  ["version 0.5", { ...exampleBid, versionNumber: 0.5 }, "nem.version", "version"],
  ["a second version without a reason", { ...exampleBid, versionNumber: 2 }, "nem.rebid-reason", "rebid"],
  ["a blank reason", rebidWith({ reason: "  " }), "nem.rebid-reason", "rebid"],
  ["a reason of 501 characters", rebidWith({ reason: "x".repeat(501) }), "nem.rebid-reason", "rebid"],
  ["an unknown category", rebidWith({ category: "X" as "P" }), "nem.rebid-category", "rebid"],
  ["aware before it happened", rebidWith({ awareMs: UtcMs(startMs - 400_000) }), "nem.rebid-times", "rebid"],
  ["decided before it was aware", rebidWith({ decisionMs: UtcMs(startMs - 130_000) }), "nem.rebid-times", "rebid"],
])("a bid that is %s is refused", (_, bid, rule, where) => {
  const violations = validate(bid, exampleUnit);
  expect(violations).toContainEqual(expect.objectContaining({ rule, where }));
  expect(new Set(violations.map((each) => each.rule)), "nothing else is wrong with it").toEqual(new Set([rule]));
});

test("a least storage above the most is refused; a possible pair is not", () => {
  const limits = (least: number, most: number): NemBid => ({
    ...exampleBid,
    sides: [
      { ...gen, energyLimitMWh: least },
      { ...load, energyLimitMWh: most },
    ],
  });
  expect(validate(limits(120, 100), exampleUnit).map(({ rule }) => rule)).toEqual(["nem.energy-limit"]);
  expect(validate(limits(20, 180), exampleUnit)).toEqual([]);
});

test("without availability to consume, generation may be offered down to the floor", () => {
  const none = load.bandAvailMW.map(() => 0);
  const bid: NemBid = {
    ...exampleBid,
    sides: [
      { ...gen, bandAvailMW: [100, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
      { ...load, bandAvailMW: none, maxAvailMW: 0 },
    ],
  };
  expect(validate(bid, exampleUnit)).toEqual([]);
});

test("prices are fixed for the trading day: a later bid that changes one is refused", () => {
  const fixed = { sell: gen.bandPrices, buy: load.bandPrices };
  expect(validate(exampleBid, exampleUnit, { dayBandPrices: fixed })).toEqual([]);
  const changed = { ...fixed, sell: replaced(fixed.sell, 2, 51) };
  expect(validate(exampleBid, exampleUnit, { dayBandPrices: changed })).toMatchObject([
    { rule: "nem.day-prices", where: "GEN" },
  ]);
});

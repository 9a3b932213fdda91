import { minutes, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { priceQuantityCurve } from "../strategies/index.ts";
import { diffOf, effectOf } from "./bid-effect.ts";

const interval = { startMs: UtcMs(0), endMs: UtcMs(minutes(30)) };
const offers = (belowW: number, fromPrice: number, powerW: number) => [
  { siteId: "park", curve: priceQuantityCurve(belowW, [{ pricePerMWh: fromPrice, powerW: W(powerW) }]) },
];

test("two bids side by side, by price, with nothing left out", () => {
  const before = [
    { pricePerMWh: 10, volumeMW: -5 },
    { pricePerMWh: 50, volumeMW: 4 },
  ];
  const after = [
    { pricePerMWh: 50, volumeMW: 4 },
    { pricePerMWh: 90, volumeMW: 2 },
  ];
  expect(diffOf(before, after)).toEqual([
    { pricePerMWh: 10, beforeMW: -5, afterMW: 0 },
    { pricePerMWh: 50, beforeMW: 4, afterMW: 4 },
    { pricePerMWh: 90, beforeMW: 0, afterMW: 2 },
  ]);
});

test.each([
  // reference price   before, MW   after, MW   money over half an hour, at a loss factor of 0.9
  [40, -2, 0, 2 * 0.5 * 36],
  [100, 3, 8, 5 * 0.5 * 90],
  [-50, -2, 0, 2 * 0.5 * -45],
])("at %d it goes from %d to %d MW, which is %d", (price, beforeMW, afterMW, money) => {
  const effect = effectOf({
    before: offers(-2e6, 50, 3e6),
    after: offers(0, 60, 8e6),
    price: { low: price, expected: price, high: price },
    interval,
    lossFactor: 0.9,
    currency: "AUD",
  });
  expect(effect.expected).toMatchObject({ beforeMW, afterMW });
  expect(effect.expected.moneyChange).toBeCloseTo(money, 9);
});

test("against nothing everything is new", () => {
  const price = { low: 0, expected: 100, high: 200 };
  const effect = effectOf({ before: [], after: offers(0, 60, 8e6), price, interval, lossFactor: 1, currency: "AUD" });
  expect(effect.low.moneyChange + 0).toBe(0);
  expect([effect.expected.moneyChange, effect.high.moneyChange]).toEqual([400, 800]);
});

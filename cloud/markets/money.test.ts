import { MWh, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { CurveBid } from "./curve-market.ts";
import { settleDayAhead } from "./ercot/index.ts";
import { clearBaskets, type ResponseBasket, settleAcceptance, settleResponse } from "./gb/index.ts";
import { settleImbalance } from "./imbalance.ts";
import { type Market, markets } from "./index.ts";
import { settleAfrrCapacity, settleFcr } from "./sdac/index.ts";

/** Worked by hand, to the cent. */
const startMs = UtcMs(Date.parse("2026-06-10T10:00:00Z"));
const span = (minutes: number) => ({ startMs, endMs: UtcMs(startMs + minutes * 60_000) });
const cents = (amount: number) => Math.round(amount * 100) / 100;

const curve: CurveBid["points"] = [
  { powerMW: -50, pricePerMWh: 12 },
  { powerMW: 0, pricePerMWh: 12 },
  { powerMW: 0, pricePerMWh: 60 },
  { powerMW: 40, pricePerMWh: 80 },
];

test.each([
  // price  target MW
  [-100, -50],
  [11.99, -50],
  [12, 0],
  [59.99, 0],
  [60, 0],
  [70, 20],
  [80, 40],
  [5_000, 40],
])("at %d a curve that buys below 12 and sells from 60 to 80 is dispatched at %d MW", (price, targetMW) => {
  for (const id of ["ercot", "caiso", "gb", "sdac-de"]) {
    const market = markets[id] as Market<CurveBid>;
    const bid: CurveBid = {
      marketId: id,
      unitId: "U",
      interval: span(15),
      versionNumber: 1,
      decidedAtMs: startMs,
      points: curve,
    };
    expect(market.clear(bid, price, { initialW: W(0), lossFactor: 1 }).targetW / 1e6).toBe(targetMW);
  }
});

test("a slow unit gets as far as its ramp, and the award says so", () => {
  const market = markets["ercot"] as Market<CurveBid>;
  const bid: CurveBid = {
    marketId: "ercot",
    unitId: "U",
    interval: span(15),
    versionNumber: 1,
    decidedAtMs: startMs,
    points: curve,
  };
  expect(market.clear(bid, 100, { initialW: W(-50e6), lossFactor: 1, rampMWPerMin: 2 })).toMatchObject({
    targetW: -20e6,
    rampLimited: true,
  });
});

test.each([
  // market  MWh     price     amount
  ["ercot", 2.5, 41.37, 103.43],
  ["ercot", -2.5, -18.2, 45.5],
  ["caiso", 1.25, 33.33, 41.66],
  ["gb", -12, 71.5, -858],
  ["sdac-de", 7.4, 123.45, 913.53],
])("%s: %d MWh at %d is %d", (id, energyMWh, pricePerMWh, amount) => {
  const market = markets[id] as Market;
  const award = { marketId: id, unitId: "U", interval: span(15), targetW: W(0), pricePerMWh, rampLimited: false };
  const [line] = market.settle({ award, meteredWh: MWh(energyMWh), pricePerMWh, lossFactor: 1 });
  expect(cents(line?.amount ?? Number.NaN)).toBe(amount);
});

test("a day-ahead sale that is bought back dearer loses the difference", () => {
  const award = {
    marketId: "ercot",
    unitId: "U",
    interval: span(15),
    targetW: W(0),
    pricePerMWh: 95,
    rampLimited: false,
  };
  const lines = settleDayAhead({ award, pricePerMWh: 95 }, { awardMWh: 5, pricePerMWh: 60 });
  expect(lines.map(({ amount }) => amount)).toEqual([300, -475]);
});

test("imbalance: what was not sold is sold, what was not delivered is bought, at one price", () => {
  const about = { unitId: "U", interval: span(30), currency: "GBP" as const, marketId: "gb" };
  expect(cents(settleImbalance(about, 9.2, 10, 140).amount)).toBe(-112);
  expect(cents(settleImbalance(about, -4, -5, 140).amount)).toBe(140);
  expect(cents(settleImbalance(about, 10.5, 10, -30).amount)).toBe(-15);
});

test("reserves: FCR as cleared for the slice, aFRR capacity as bid by the hour", () => {
  const about = {
    marketId: "sdac-de" as const,
    unitId: "U",
    interval: span(240),
    versionNumber: 1,
    decidedAtMs: startMs,
  };
  expect(settleFcr({ ...about, volumeMW: 5, capacityPricePerMW: 40 }, 63.2).amount).toBe(316);
  expect(settleAfrrCapacity({ ...about, volumeMW: 12, direction: "NEG", capacityPricePerMWh: 7.25 }).amount).toBe(348);
});

test("a balancing acceptance is paid as bid, an undone one paid back", () => {
  const data = {
    ...{ marketId: "gb" as const, unitId: "U", interval: span(30), versionNumber: 1, decidedAtMs: startMs },
    ...{
      notifiedFromMW: 0,
      notifiedToMW: 0,
      exportLimitMW: 50,
      importLimitMW: -50,
      deliverableOfferMWh: 20,
      deliverableBidMWh: 20,
    },
    pairs: [],
  };
  const pair = { pair: 1, levelMW: 50, offerPerMWh: 180, bidPerMWh: 60 };
  expect(settleAcceptance(data, pair, 12.5).amount).toBe(2250);
  expect(settleAcceptance(data, pair, -12.5).amount).toBe(-750);
});

test("of the baskets of a block the one with the largest surplus is taken, with the children that add to it", () => {
  const basket = (basketId: number, orders: ResponseBasket["orders"]): ResponseBasket => ({
    ...{ marketId: "gb", unitId: "U", interval: span(240), versionNumber: 1, decidedAtMs: startMs },
    basketId,
    orders,
  });
  const containment = basket(1, [
    { kind: "parent", pricePerMWh: 2, volumesMW: { DCL: 20 } },
    { kind: "child", pricePerMWh: 1, volumesMW: { DCH: 20 } },
    { kind: "child", pricePerMWh: 9, volumesMW: { DMH: 5 } },
  ]);
  const regulation = basket(2, [
    { kind: "parent", pricePerMWh: 8, volumesMW: { DRL: 10, DRH: 10 } },
    { kind: "substitutable", pricePerMWh: 3, volumesMW: { DML: 10 } },
    { kind: "substitutable", pricePerMWh: 3, volumesMW: { DMH: 10 } },
  ]);
  const prices = { DCL: 3.1, DCH: 2.4, DML: 4, DMH: 5, DRL: 9, DRH: 9 };
  // Basket 1: 20 × 1.1 + 20 × 1.4 = 50; its dear child stays out. Basket 2: 20 × 1 + 10 × 2 = 40.
  const award = clearBaskets([containment, regulation], prices);
  expect(award?.basketId).toBe(1);
  expect(award?.volumesMW).toEqual({ DCL: 20, DCH: 20 });
  expect(cents(award?.surplusPerHour ?? Number.NaN)).toBe(50);
  const lines = award === undefined ? [] : settleResponse(containment, award, prices);
  expect(lines.map(({ product, amount }) => [product, cents(amount)])).toEqual([
    ["DCL", 248],
    ["DCH", 192],
  ]);
  expect(clearBaskets([containment], { DCL: 1, DCH: 1 })).toBeUndefined();
});

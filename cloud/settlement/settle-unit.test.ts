import { MW, MWh, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { siteEntry } from "../desk/testing/desk-world.ts";
import { type Market, markets } from "../markets/index.ts";
import { settleShortfall } from "./settle-shortfall.ts";
import { settleUnit } from "./settle-unit.ts";

const startMs = UtcMs(Date.parse("2026-06-10T10:00:00Z"));
const cents = (amount: number | undefined) => Math.round((amount ?? Number.NaN) * 100) / 100;

test.each([
  // market   minutes awarded MW  metered MWh  price     paid      short MWh  and that cost
  ["nem", 5, 60, 4.5, 120, 529.2, 0.5, 58.8], // × 0.98, the loss factor
  ["nem", 5, -60, -4, -50, 196, 1, 49], // paid to charge, and charged too little
  ["ercot", 15, 40, 8, 41.37, 330.96, 2, 82.74],
  ["caiso", 5, 24, 2, 33.33, 66.66, 0, 0],
  ["gb", 30, 20, 9.2, 140, 1288, 0.8, 112],
  ["sdac-de", 15, 29.6, 7, 123.45, 864.15, 0.4, 49.38],
  ["ercot", 15, 40, 8, -20, -160, 2, -40], // luck: what was not delivered need not be paid for
  ["gb", 30, 20, 11, 140, 1540, -1, 0], // more than awarded is no shortfall
] as const)("%s: for %d min at %d MW, %d MWh metered at %d is %d; %d MWh short cost %d", (id, minutes, awardMW, meteredMWh, pricePerMWh, paid, shortMWh, cost) => {
  const market = markets[id] as Market;
  const interval = { startMs, endMs: UtcMs(startMs + minutes * 60_000) };
  const lossFactor = id === "nem" ? 0.98 : 1;
  const unit = {
    id: "U",
    region: "R",
    siteIds: ["a"],
    maxCapacityMW: 60,
    minLoadMW: 60,
    lossFactor,
    rampMWPerMin: 60,
    storageMWh: 120,
  };
  const award = { marketId: id, unitId: "U", interval, targetW: MW(awardMW), pricePerMWh, rampLimited: false };
  const settled = settleUnit(market, unit, award, [{ site: siteEntry("a"), meteredWh: MWh(meteredMWh) }], startMs);
  expect(cents(settled.amount)).toBe(paid);
  expect(cents(settled.shortfallWh / 1e6)).toBe(shortMWh);
  expect(cents(settled.shortfallCost)).toBe(cost);
});

test("what is missing is a line of its own, with its rule and source; in Britain at the imbalance price once that is known", () => {
  const gb = markets["gb"] as Market;
  const interval = { startMs, endMs: UtcMs(startMs + 30 * 60_000) };
  const award = { marketId: "gb", unitId: "U", interval, targetW: MW(20), pricePerMWh: 140, rampLimited: false };
  const delivery = { award, meteredWh: MWh(9.2), pricePerMWh: 140, lossFactor: 1 };
  const atAuction = settleShortfall(gb, delivery);
  expect(atAuction).toMatchObject([
    { product: "energy", quantityMWh: 10, amount: 1400 },
    { product: "energy-shortfall", pricePerMWh: 140, rule: "gb.shortfall-at-auction-price", isVerified: false },
  ]);
  expect(cents(atAuction[1]?.amount)).toBe(-112);
  const [, atImbalance] = settleShortfall(gb, delivery, 300);
  expect(atImbalance).toMatchObject({ pricePerMWh: 300, rule: "gb.single-price-imbalance" });
  expect(cents(atImbalance?.amount)).toBe(-240);
});

test("every market says by which rule and document a shortfall is charged", () => {
  for (const { id, shortfall } of Object.values(markets)) {
    expect(shortfall.rule.startsWith(`${id}.`)).toBe(true);
    expect(shortfall.source.length).toBeGreaterThan(20);
  }
});

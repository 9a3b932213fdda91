import { Rng } from "@penstock/protocol/rng";
import { MW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { powerAtCeiling, priceQuantityCurve } from "../strategies/index.ts";
import { redispatch, splitAward } from "./split-award.ts";

const curve = (fromMW: number, price: number, toMW: number) =>
  priceQuantityCurve(MW(fromMW), [{ pricePerMWh: price, powerW: MW(toMW) }]);
const offers = [
  { siteId: "feeder", curve: curve(-4, 60, 4) },
  { siteId: "street", curve: curve(-1, 80, 1) },
];

test.each([
  // award MW   feeder  street
  [-5, -4, -1],
  [0, 1, -1], // the cheaper feeder gives first
  [3, 4, -1],
  [4, 4, 0],
  [5, 4, 1],
  [9, 4, 1], // held to its ramp above what was offered: nobody is asked for more
  [-9, -4, -1],
])("an award of %d MW is %d MW of the feeder and %d MW of the street", (awardMW, feederMW, streetMW) => {
  expect(splitAward(MW(awardMW), offers)).toEqual([
    { siteId: "feeder", powerW: MW(feederMW) },
    { siteId: "street", powerW: MW(streetMW) },
  ]);
});

test("shares sum to the award within what was offered, whatever the curves", () => {
  const rng = new Rng("split");
  for (let round = 0; round < 2_000; round++) {
    const random = Array.from({ length: rng.integer(1, 6) }, (_, index) => ({
      siteId: `site-${index}`,
      curve: curve(-rng.integer(0, 9), rng.integer(20, 100), rng.integer(0, 9)),
    }));
    const floorW = random.reduce((total, each) => total + each.curve.powerWAtFloor, 0);
    const ceilingW = random.reduce((total, each) => total + powerAtCeiling(each.curve), 0);
    const awardW = W(rng.integer(floorW, ceilingW + 1));
    const shares = splitAward(awardW, random);
    expect(shares.reduce((total, { powerW }) => total + powerW, 0)).toBe(awardW);
    for (const [index, { powerW }] of shares.entries()) {
      const own = random[index]?.curve ?? curve(0, 0, 0);
      expect(powerW).toBeGreaterThanOrEqual(own.powerWAtFloor);
      expect(powerW).toBeLessThanOrEqual(powerAtCeiling(own));
    }
  }
});

const reserve = (siteId: string, minMW: number, maxMW: number) => ({
  siteId,
  powerWMin: MW(minMW),
  powerWMax: MW(maxMW),
});
const share = (siteId: string, powerMW: number) => ({ siteId, powerW: MW(powerMW) });

test.each([
  // shares                lost   reserves of a, b, c             then
  [[3, 2, 1], ["c"], [10, 10, 10], [3 + 7 / 15, 2 + 8 / 15, 0]], // in proportion to room
  [[3, 2, 4], ["c"], [4, 3, 10], [4, 3, 0]], // as far as they can
  [[3, 2, 0], ["c"], [10, 10, 10], [3, 2, 0]], // nothing was lost with it
  [
    [3, 2, 1],
    ["b", "c"],
    [10, 10, 10],
    [6, 0, 0],
  ],
  [[-3, -2, -1], ["a"], [10, 10, 10], [0, -2 - (3 * 8) / 17, -1 - (3 * 9) / 17]],
  [
    [3, 2, 1],
    ["a", "b", "c"],
    [10, 10, 10],
    [0, 0, 0],
  ],
] as const)("of %j MW, %j lost, with %j MW possible: %j", (powers, lost, possible, then) => {
  const ids = ["a", "b", "c"];
  const shares = ids.map((id, index) => share(id, powers[index] ?? 0));
  const reserves = ids.map((id, index) => reserve(id, -(possible[index] ?? 0), possible[index] ?? 0));
  const again = redispatch(shares, new Map(lost.map((id) => [id, W(0)])), reserves);
  expect(again.map(({ siteId }) => siteId)).toEqual(ids);
  for (const [index, { powerW }] of again.entries()) expect(powerW / 1e6).toBeCloseTo(then[index] ?? 0, 5);
});

test.each([
  // what c does    limit on a and b       then
  ["half its share", [["c", 3]], [-20, 20], [4.5, 4.5, 3]],
  ["half its share, and a and b share a feeder of 8 MW", [["c", 3]], [-8, 8], [4, 4, 3]],
  ["all of it, and the feeder of a and b takes 5 MW now", [], [-5, 5], [2.5, 2.5, 6]],
  ["nothing, and the feeder takes 5 MW", [["c", 0]], [-5, 5], [2.5, 2.5, 0]],
] as const)("when c does %s, the others take over what they may", (_, cuts, [minMW, maxMW], then) => {
  const shares = [share("a", 3), share("b", 3), share("c", 6)];
  const reserves = ["a", "b", "c"].map((id) => reserve(id, -6, 6));
  const limit = { name: "feeder", siteIds: ["a", "b"], powerWMin: MW(minMW), powerWMax: MW(maxMW) };
  const again = redispatch(shares, new Map(cuts.map(([id, mw]) => [id, MW(mw)])), reserves, [limit]);
  expect(again.map(({ powerW }) => powerW / 1e6)).toEqual(then);
});

import { Rng } from "@penstock/protocol/rng";
import { MW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { LocationalLimit } from "../config/cloud-config.ts";
import { type SplitSite, splitTarget } from "./split-target.ts";

const site = (siteId: string, maxMW: number, storedMWh: number, roomMWh: number, lossPercent = 5): SplitSite => ({
  siteId,
  powerWMin: MW(-maxMW),
  powerWMax: MW(maxMW),
  giveWeight: storedMWh * 1e6,
  takeWeight: roomMWh * 1e6,
  giveLoss: lossPercent / 100,
  takeLoss: lossPercent / 100,
});
const limit = (name: string, siteIds: readonly string[], minMW: number, maxMW: number): LocationalLimit => ({
  name,
  siteIds,
  powerWMin: MW(minMW),
  powerWMax: MW(maxMW),
});

test.each([
  // target MW   sites                                                        limits                           shares MW
  ["by what they hold", 6, [site("a", 9, 20, 1), site("b", 9, 10, 1)], [], [4, 2]],
  ["charging, by their room", -6, [site("a", 9, 1, 10), site("b", 9, 1, 20)], [], [-2, -4]],
  ["no further than a site can", 9, [site("a", 3, 20, 1), site("b", 9, 10, 1)], [], [3, 6]],
  ["an empty one gives nothing", 4, [site("a", 9, 0, 30), site("b", 9, 10, 1)], [], [0, 4]],
  ["the lossy one later", 2, [site("a", 9, 10, 1, 5), site("b", 9, 10, 1, 15)], [], [1.5, 0.5]],
  ["but it too when it must", 18, [site("a", 9, 10, 1, 5), site("b", 9, 10, 1, 15)], [], [9, 9]],
  [
    "behind a feeder, what it takes",
    8,
    [site("a", 9, 10, 1), site("b", 9, 10, 1), site("c", 9, 10, 1)],
    [limit("feeder", ["a", "b"], -3, 3)],
    [1.5, 1.5, 5],
  ],
  [
    "a region around a feeder",
    12,
    [site("a", 9, 10, 1), site("b", 9, 10, 1), site("c", 9, 10, 1)],
    [limit("region", ["a", "b", "c"], -6, 6), limit("feeder", ["a", "b"], -2, 2)],
    [1, 1, 4],
  ],
  ["nothing to do", 0, [site("a", 9, 20, 1), site("b", 9, 10, 1)], [], [0, 0]],
] as const)("%s: %d MW", (_, targetMW, sites, limits, shares) => {
  expect(splitTarget(MW(targetMW), sites, limits).shares.map(({ powerW }) => powerW / 1e6)).toEqual(shares);
});

test("what cannot be met is said, with the limit that holds it", () => {
  const sites = [site("a", 9, 10, 1), site("b", 9, 10, 1)];
  expect(splitTarget(MW(12), sites, [limit("feeder", ["a", "b"], -5, 5)])).toMatchObject({
    unmetW: MW(7),
    because: ["feeder"],
  });
  expect(splitTarget(MW(30), sites, [])).toMatchObject({ unmetW: MW(12), because: [] });
});

test("a thousand fleets: to the watt the target, every site and every limit kept, more asked never gives less", () => {
  const rng = new Rng("split");
  for (let round = 0; round < 1_000; round++) {
    const sites = Array.from({ length: rng.integer(1, 12) }, (_, index) =>
      site(
        `s${index}`,
        rng.between(0, 9),
        rng.chance(0.1) ? 0 : rng.between(0, 30),
        rng.between(0, 30),
        rng.between(0, 20),
      ),
    );
    const half = sites.slice(0, Math.ceil(sites.length / 2)).map(({ siteId }) => siteId);
    const quarter = half.slice(0, Math.ceil(half.length / 2));
    const limits = rng.chance(0.5)
      ? [
          limit("half", half, -rng.between(0, 20), rng.between(0, 20)),
          ...(quarter.length < half.length ? [limit("quarter", quarter, -rng.between(0, 9), rng.between(0, 9))] : []),
        ]
      : [];
    const targetW = rng.integer(-80e6, 80e6);
    const { shares, unmetW } = splitTarget(targetW, sites, limits);
    const sumOf = (ids: readonly string[]) =>
      shares.reduce((sum, { siteId, powerW }) => (ids.includes(siteId) ? sum + powerW : sum), 0);
    expect(sumOf(sites.map(({ siteId }) => siteId)) + unmetW).toBe(targetW);
    for (const [index, { powerW }] of shares.entries()) {
      expect(Number.isInteger(powerW)).toBe(true);
      expect(powerW).toBeGreaterThanOrEqual(sites[index]?.powerWMin ?? 0);
      expect(powerW).toBeLessThanOrEqual(sites[index]?.powerWMax ?? 0);
      if (powerW > 0) expect(sites[index]?.giveWeight).toBeGreaterThan(0);
    }
    for (const { siteIds, powerWMin, powerWMax } of limits) {
      expect(sumOf(siteIds)).toBeGreaterThanOrEqual(powerWMin);
      expect(sumOf(siteIds)).toBeLessThanOrEqual(powerWMax);
    }
    const more = splitTarget(targetW + 1e6, sites, limits).shares;
    // A watt of rounding may change hands.
    for (const [index, { powerW }] of more.entries())
      expect(powerW - (shares[index]?.powerW ?? 0)).toBeGreaterThanOrEqual(-sites.length);
  }
});

test("limits that cross are our mistake and stop us", () => {
  const sites = [site("a", 1, 1, 1), site("b", 1, 1, 1), site("c", 1, 1, 1)];
  const crossing = [limit("one", ["a", "b"], -1, 1), limit("two", ["b", "c"], -1, 1)];
  expect(() => splitTarget(W(0), sites, crossing)).toThrow("within each other or apart");
});

import { Rng } from "@penstock/protocol/rng";
import fc from "fast-check";
import { expect, test } from "vitest";
import { allocate, allocationRows } from "./allocate.ts";

interface Row {
  readonly min: number;
  readonly max: number;
  readonly weight: number;
}

function shares(total: number, units: readonly Row[]): { sum: number; shares: number[] } {
  const rows = allocationRows(units.length);
  units.forEach(({ min, max, weight }, index) => {
    rows.min[index] = min;
    rows.max[index] = max;
    rows.weight[index] = weight;
  });
  const sum = allocate(total, units.length, rows);
  return { sum, shares: [...rows.share] };
}

const upTo = (max: number, weight = max): Row => ({ min: 0, max, weight });

test.each<[string, number, Row[], number[]]>([
  ["equal units share alike", 600, [upTo(1000), upTo(1000), upTo(1000)], [200, 200, 200]],
  ["a unit twice as large takes twice as much", 900, [upTo(2000), upTo(1000)], [600, 300]],
  ["what a full unit cannot take goes to the others", 1500, [upTo(100, 1000), upTo(1000), upTo(1000)], [100, 700, 700]],
  [
    "a second unit fills up with what the first left",
    1000,
    [upTo(100, 500), upTo(400, 500), upTo(900, 500)],
    [100, 400, 500],
  ],
  ["a unit with a minimum load keeps it", 300, [{ min: 200, max: 500, weight: 1 }, upTo(500, 9)], [200, 100]],
  ["too much to ask stands at the bounds", 5000, [upTo(1000), upTo(500)], [1000, 500]],
  ["the odd watt goes to somebody", 100, [upTo(1000), upTo(1000), upTo(1000)], [34, 33, 33]],
  [
    "charging is the same the other way",
    -300,
    [
      { min: -400, max: 0, weight: 2 },
      { min: -400, max: 0, weight: 1 },
    ],
    [-200, -100],
  ],
  ["a unit without weight takes only what nobody else can", 700, [upTo(500, 1), upTo(500, 0)], [500, 200]],
  ["nothing asked, nothing given", 0, [upTo(1000), upTo(1000)], [0, 0]],
])("%s", (_what, total, units, expected) => {
  expect(shares(total, units).shares).toEqual(expected);
});

const anyRow = fc
  .record({
    a: fc.integer({ min: -2e6, max: 2e6 }),
    b: fc.integer({ min: -2e6, max: 2e6 }),
    weight: fc.integer({ min: 0, max: 2e6 }),
  })
  .map(({ a, b, weight }): Row => ({ min: Math.min(a, b), max: Math.max(a, b), weight }));

test("shares are whole, inside their bounds, and exact whenever the bounds allow it", () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: -4e7, max: 4e7 }),
      (units, total) => {
        const { sum, shares: given } = shares(total, units);
        let added = 0;
        given.forEach((share, index) => {
          const unit = units[index] as Row;
          expect(Number.isInteger(share) && share >= unit.min && share <= unit.max).toBe(true);
          added += share;
        });
        const [least, most] = [units.reduce((s, u) => s + u.min, 0), units.reduce((s, u) => s + u.max, 0)];
        expect(added).toBe(Math.min(most, Math.max(least, total)));
        expect(sum).toBe(added);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("among units that stand at no bound, shares are in proportion to their weights", () => {
  const rng = new Rng("water-filling");
  for (let round = 0; round < 500; round++) {
    const units = Array.from({ length: rng.integer(2, 30) }, () => upTo(rng.integer(0, 1e6), rng.integer(1, 1e6)));
    const total = Math.floor(units.reduce((sum, { max }) => sum + max, 0) * rng.uniform());
    const { shares: given } = shares(total, units);
    const levels = units.flatMap(({ max, weight }, i) => {
      const share = given[i] ?? 0;
      return share < max - 1 ? [[(share - 1) / weight, (share + 1) / weight] as const] : [];
    });
    const least = Math.min(...levels.map(([, high]) => high));
    const most = Math.max(...levels.map(([low]) => low));
    expect(most).toBeLessThanOrEqual(least);
  }
});

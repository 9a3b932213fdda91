import { MW, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { clear } from "./clear.ts";
import { settle } from "./settle.ts";
import { stackOf } from "./stack.ts";
import { exampleBid, withSide } from "./testing/example-bid.ts";

// At the meter a reference price counts 0.95 of itself: 120 there is 126.32 at the node.
test.each([
  // reference price, initial MW, target MW, ramp limited
  [-1000, 0, -90, false],
  [42.1, 0, -90, false],
  [42.2, 0, 0, false],
  [126.3, 0, 0, false],
  [126.32, 0, 60, false],
  [315.79, 0, 100, false],
  [15_500, 100, 100, false],
  [315.79, -90, 10, true],
  [20, 60, -40, true],
])("at %d AUD/MWh and %d MW now, the target is %d MW", (price, initialMW, targetMW, rampLimited) => {
  const award = clear(exampleBid, price, { initialW: MW(initialMW), lossFactor: 0.95 });
  expect(award).toMatchObject({ unitId: "PARK1", targetW: targetMW * 1e6, pricePerMWh: price, rampLimited });
});

test("a band at cap times loss factor clears when the price is the cap", () => {
  const bid = withSide("GEN", { bandAvailMW: [0, 0, 0, 0, 0, 0, 0, 0, 0, 100] });
  expect(clear(bid, 16_600, { initialW: MW(0), lossFactor: 0.95 }).targetW).toBe(100e6);
  expect(clear(bid, 16_599, { initialW: MW(0), lossFactor: 0.95 }).targetW).toBe(0);
});

test("availability caps what the bands hold", () => {
  const bid = withSide("GEN", { maxAvailMW: 70 });
  expect(clear(bid, 500, { initialW: MW(0), lossFactor: 0.95 }).targetW).toBe(70e6);
});

test.each([
  // metered MWh, price, amount
  [5, 300, 1425],
  [-5, 40, -190],
  [-5, -100, 475],
  [5, -100, -475],
])("%d MWh metered at %d AUD/MWh behind a loss factor of 0.95 is %d AUD", (meteredMWh, pricePerMWh, amount) => {
  const award = clear(exampleBid, pricePerMWh, { initialW: MW(0), lossFactor: 0.95 });
  const lines = settle({ award, meteredWh: meteredMWh * 1e6, pricePerMWh, lossFactor: 0.95 });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({
    product: "energy",
    quantityMWh: meteredMWh,
    currency: "AUD",
    interval: { startMs: exampleBid.interval.startMs },
  });
  expect(lines[0]?.amount).toBeCloseTo(amount, 9);
});

test("a day of five-minute lines sums to energy times price", () => {
  const total = Array.from({ length: 288 }, (_, index) => {
    const startMs = UtcMs(exampleBid.interval.startMs + index * 300_000);
    const interval = { startMs, endMs: UtcMs(startMs + 300_000) };
    const award = clear({ ...exampleBid, interval }, 130, { initialW: MW(60), lossFactor: 0.95 });
    return (
      settle({ award, meteredWh: award.targetW / 12, pricePerMWh: 130, lossFactor: 0.95 })[0]?.amount ?? Number.NaN
    );
  }).reduce((sum, amount) => sum + amount, 0);
  expect(total).toBeCloseTo(60 * 24 * 130 * 0.95, 6);
});

test("the stack shows what is bought and sold, cheapest first", () => {
  expect(stackOf(exampleBid)).toEqual([
    { pricePerMWh: 40, volumeMW: -90 },
    { pricePerMWh: 120, volumeMW: 60 },
    { pricePerMWh: 300, volumeMW: 40 },
  ]);
});

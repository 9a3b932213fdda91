import { Ms, WPerS } from "@penstock/protocol/units";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rampToward } from "./ramp.ts";

// 100 W/s away from zero, 200 W/s towards it.
test.each<[number, number, number, number]>([
  [0, 1000, 1, 100],
  [0, -1000, 1, -100],
  [1000, 0, 1, 800],
  [-1000, 0, 1, -800],
  [1000, 900, 1, 900],
  [100, -1000, 1, -50],
  [-100, 1000, 1, 50],
  [100, -20, 1, -20],
  [500, 500, 1, 500],
  [500, 1000, 0, 500],
])("from %d W towards %d W in %d s comes to %d W", (fromW, toW, elapsedS, reachedW) => {
  expect(rampToward(fromW, toW, WPerS(100), WPerS(200), Ms(elapsedS * 1e3)) + 0).toBe(reachedW);
});

test("a ramp never overshoots, never turns back and is never faster than its fastest rate", () => {
  const power = fc.integer({ min: -1e7, max: 1e7 });
  const rate = fc.integer({ min: 1, max: 1e6 });
  fc.assert(
    fc.property(power, power, rate, rate, fc.integer({ min: 0, max: 5_000 }), (from, to, up, down, elapsedMs) => {
      const reached = rampToward(from, to, WPerS(up), WPerS(down), Ms(elapsedMs));
      expect(reached).toBeGreaterThanOrEqual(Math.min(from, to));
      expect(reached).toBeLessThanOrEqual(Math.max(from, to));
      expect(Math.abs(reached - from)).toBeLessThanOrEqual((Math.max(up, down) * elapsedMs) / 1e3 + 1e-6);
    }),
  );
});

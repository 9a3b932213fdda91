import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { compareModels, type DayOfErrors } from "./compare-models.ts";

/** A day of 24 hours on which the shadow is off by so much more than the champion, on average, per hour. */
function days(count: number, more: number, noise: number): DayOfErrors[] {
  const rng = new Rng("days");
  return Array.from({ length: count }, () => {
    const champion = 24 * rng.between(20, 60);
    return { intervals: 24, champion, shadow: champion + 24 * (more + noise * rng.normal()) };
  });
}

test.each([
  ["nearer every day", 60, -3, 1, "better"],
  ["farther off every day", 60, 3, 1, "worse"],
  ["nearer by less than chance", 60, -0.2, 8, "cannot tell"],
  ["nearer on a single day, which is all there is", 1, -3, 0, "better"],
] as const)("a shadow that is %s", (_, count, more, noise, verdict) => {
  const said = compareModels(days(count, more, noise));
  expect(said?.verdict).toBe(verdict);
  expect(said?.interval[0]).toBeLessThanOrEqual((said?.difference ?? 0) + 1e-9);
  expect(said?.interval[1]).toBeGreaterThanOrEqual((said?.difference ?? 0) - 1e-9);
});

test("two that are alike differ by nothing, and no days say nothing", () => {
  const same = days(30, 0, 0);
  expect(compareModels(same)).toMatchObject({ difference: 0, interval: [0, 0], verdict: "cannot tell", days: 30 });
  expect(compareModels([])).toBeUndefined();
  expect(compareModels([{ intervals: 0, champion: 0, shadow: 0 }])).toBeUndefined();
});

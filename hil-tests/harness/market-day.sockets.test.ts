import { expect, test } from "vitest";
import { marketDay, marketDays } from "./market-day-story.ts";

test.each(
  marketDays,
)("%s: lost answers, lost requests and a trader's hour leave desk and operator of one mind", async (market) => {
  const day = await marketDay({ market, seed: 3, intervals: 36 });
  expect(day).toMatchObject({ disagreements: 0, overrides: 4, overridesCleared: 4, givenUp: 0, unbackedIntervals: 0 });
  expect(day.reserveMWh).toBeGreaterThan(0);
  expect(day.answersLost).toBeGreaterThan(0);
  expect(day.retried).toBeGreaterThanOrEqual(day.answersLost);
  expect(day).toMatchObject({ bidsRefused: 0, notDeliveredMWh: 0 });
});

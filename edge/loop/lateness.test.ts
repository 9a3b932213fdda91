import { Ms } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Lateness } from "./lateness.ts";

test("percentiles are of what was measured", () => {
  const lateness = new Lateness(Ms(100));
  for (let i = 1; i <= 100; i++) lateness.add(i / 10, 0);
  expect(lateness.stats()).toEqual({
    periodMs: 100,
    cycles: 100,
    lateCycles: 0,
    missedCycles: 0,
    latenessP50Ms: 5,
    latenessP99Ms: 9.9,
    latenessMaxMs: 10,
  });
});

test("a bad minute is forgotten after a minute, its counts never", () => {
  const lateness = new Lateness(Ms(100));
  for (let i = 0; i < 10; i++) lateness.add(80, 1);
  for (let i = 0; i < 600; i++) lateness.add(0.2, 0);
  expect(lateness.stats()).toMatchObject({ cycles: 610, lateCycles: 10, missedCycles: 10, latenessMaxMs: 0.2 });
});

test("half a period is not late, more is; a timer that fires early is punctual", () => {
  const lateness = new Lateness(Ms(100));
  for (const latenessMs of [50, 50.1, -0.4]) lateness.add(latenessMs, 0);
  expect(lateness.stats()).toMatchObject({ lateCycles: 1, latenessMaxMs: 50.1 });
});

test("a loop that has not run yet has no lateness", () => {
  expect(new Lateness(Ms(100)).stats()).toMatchObject({ cycles: 0, latenessP99Ms: 0, latenessMaxMs: 0 });
});

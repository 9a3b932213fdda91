import { kW, MonotonicMs, Ms, MW, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, missing, stale } from "./image.ts";
import { restOfSite } from "./rest-of-site.ts";
import { tightConfig } from "./sample-run.ts";
import { sampleGrant, sampleImage, sampleInput, sampleUnit, sampleUnits } from "./sample-site.ts";
import { initialState, step } from "./step.ts";

const fresh = Ms(20);
const at = (powerW: number) => good(W(powerW), fresh);

test.each<[string, Parameters<typeof sampleUnit>[1], number, number, number]>([
  // one unit at 300 kW, the odd one, meter   rest       from       to
  ["doing 200 kW", { powerW: at(200e3) }, 0, -500e3, -500e3],
  [
    "stale at 200 kW: it is at the meter now and may go to 0",
    { powerW: stale(kW(200), fresh, "late") },
    0,
    -500e3,
    -300e3,
  ],
  ["stale while charging 200 kW", { powerW: stale(kW(-200), fresh, "late") }, 0, -300e3, -100e3],
  ["in local control at 200 kW", { powerW: at(200e3), remote: good(false, fresh) }, 0, -500e3, -300e3],
  ["never read: all of its rating is doubted", { powerW: missing("silent") }, 0, -1300e3, 700e3],
])("beside a unit at 300 kW and a meter at 0, one that is %s", (_what, changes, meterW, fromW, toW) => {
  const units = [sampleUnit("a", { powerW: at(300e3) }), sampleUnit("odd", changes)];
  const image = sampleImage({ units, meterW: W(meterW) });
  expect(restOfSite(image, initialState(image), Ms(0))).toMatchObject({
    restWMin: fromW,
    restWMax: toW,
    basis: "measured",
  });
});

test("the bounds widen at once and come back slowly", () => {
  const image = (meterW: number) => sampleImage({ meterW: W(meterW) });
  let state = initialState(image(0));
  const rest = (meterW: number) => {
    const now = restOfSite(image(meterW), state, Ms(100));
    state = { ...state, rest: now.memory };
    return [Math.round(now.restWMin), Math.round(now.restWMax)];
  };
  expect(rest(0)).toEqual([0, 0]);
  expect(rest(100_000)).toEqual([5_000, 100_000]);
  expect(rest(0)).toEqual([0, 95_000]);
});

test("while a load drifts the bounds reach two cycles ahead of it, a step is no drift", () => {
  const image = (meterW: number) => sampleImage({ meterW: W(meterW) });
  let state = initialState(image(0));
  const rest = (meterW: number) => {
    const now = restOfSite(image(meterW), state, Ms(1_000));
    state = { ...state, rest: now.memory };
    return now;
  };
  for (let second = 0; second < 20; second++) rest(-13_000 * second);
  const falling = rest(-13_000 * 20);
  expect(falling.restWMin).toBeGreaterThan(-13_000 * 22 - 1);
  expect(falling.restWMin).toBeLessThan(-13_000 * 21.9);
  const stepped = rest(900_000);
  expect(stepped.restWMax).toBe(900_000);
  expect(rest(900_000).restWMax).toBe(900_000);
});

test("without a meter the last figures hold, and a lost unit is doubted both ways", () => {
  const image = sampleImage({ units: [sampleUnit("a", { powerW: at(100e3) })], meterW: kW(-400) });
  const { state } = step(initialState(image), sampleInput(image), tightConfig);
  const dark = { ...image.meter, powerW: missing("silent") };
  expect(restOfSite({ ...image, meter: dark }, state, Ms(100))).toMatchObject({
    restWMin: -500e3,
    basis: "remembered",
  });
  const units = [sampleUnit("a", { powerW: missing("silent") })];
  expect(restOfSite({ ...image, units, meter: dark }, state, Ms(100))).toMatchObject({
    restWMin: -600e3,
    restWMax: -400e3,
  });
});

test.each<[string, number, number]>([
  ["the meter is read a cycle before the units", 1, 0],
  ["the units are read a cycle before the meter", 0, 1],
  ["the units are read two cycles before the meter", 0, 2],
])("at the export limit the plant comes to rest although %s", (_what, meterLag, unitLag) => {
  const restW = -200e3;
  const past: number[] = [0, 0, 0];
  let state = initialState(sampleImage());
  const seenAtMeterW: number[] = [];
  for (let cycle = 1; cycle <= 600; cycle++) {
    const before = (lag: number) => past[past.length - 1 - lag] ?? 0;
    const units = sampleUnits(4, { powerW: at(before(unitLag) / 4) });
    const image = sampleImage({ units, meterW: W(before(meterLag) + restW), monotonicMs: MonotonicMs(cycle * 100) });
    const output = step(state, sampleInput(image, { grants: [sampleGrant({ powerW: MW(4) })] }), tightConfig);
    ({ state } = output);
    // An inverter goes most of the way in a cycle.
    past.push(before(0) + 0.7 * (output.explanation.targetW - before(0)));
    seenAtMeterW.push(before(0) + restW);
  }
  const late = seenAtMeterW.slice(-100);
  expect(Math.max(...late)).toBeLessThanOrEqual(800e3 + 1);
  expect(Math.min(...late)).toBeGreaterThan(790e3);
  expect(Math.max(...seenAtMeterW)).toBeLessThan(900e3);
});

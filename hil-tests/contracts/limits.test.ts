import { clampWish } from "@penstock/edge/control/clamp-wish.ts";
import { good, missing, type Reading, type SiteImage, stale, type UnitImage } from "@penstock/edge/control/image.ts";
import { siteLimits, unitLimits } from "@penstock/edge/control/limits/index.ts";
import {
  sampleConfig,
  sampleGrant,
  sampleImage,
  sampleInput,
  sampleUnits,
} from "@penstock/edge/control/sample-site.ts";
import { initialState, step } from "@penstock/edge/control/step.ts";
import { Rng } from "@penstock/protocol/rng";
import { Celsius, MonotonicMs, Ms, MW, Soc, W } from "@penstock/protocol/units";
import { describe, expect, test } from "vitest";

const ROUNDS = 400;

/** Any site on any day: some readings old, some gone, some units full, hot or away. */
function anyImage(rng: Rng): SiteImage {
  const reading = <T>(value: T): Reading<T> =>
    rng.chance(0.85) ? good(value, Ms(20)) : rng.chance(0.5) ? stale(value, Ms(900), "old") : missing("no answer");
  const units = sampleUnits(rng.integer(1, 6)).map(
    (unit): UnitImage => ({
      ...unit,
      powerW: reading(W(rng.between(-1e6, 1e6))),
      soc: reading(Soc(rng.between(0, 1))),
      chargeWMax: reading(W(rng.between(0, 1e6))),
      dischargeWMax: reading(W(rng.between(0, 1e6))),
      temperatureC: reading(Celsius(rng.between(10, 60))),
      state: reading(rng.pick(["running", "running", "running", "standby", "fault"] as const)),
      remote: reading(rng.chance(0.95)),
    }),
  );
  const image = sampleImage({ units, monotonicMs: MonotonicMs(1_000) });
  return {
    ...image,
    meter: { ...image.meter, powerW: reading(W(rng.between(-12e6, 12e6))) },
    plant: {
      breakerClosed: reading(rng.chance(0.95)),
      transformerTemperatureC: reading(Celsius(rng.between(30, 115))),
      gridOperatorLimitW: reading({ powerWMin: W(-rng.between(0, 10e6)), powerWMax: W(rng.between(0, 10e6)) }),
    },
  };
}

const names = [...unitLimits, ...siteLimits].map(({ name }) => name);

test("every limit has a name of its own", () => {
  expect(new Set(names).size).toBe(names.length);
});

describe.each(names)("%s", (name) => {
  test(`taking it off the shelf never narrows what is left (${ROUNDS} sites)`, () => {
    const rng = new Rng(`limit ${name}`);
    const without = {
      unitLimits: unitLimits.filter((limit) => limit.name !== name),
      siteLimits: siteLimits.filter((limit) => limit.name !== name),
    };
    for (let round = 0; round < ROUNDS; round++) {
      const image = anyImage(rng);
      const input = sampleInput(image, { grants: [sampleGrant({ powerW: MW(rng.between(-6, 6)) })] });
      const state = initialState({ ...image, monotonicMs: MonotonicMs(900) });
      const whole = step(state, input, sampleConfig).explanation;
      const less = step(state, input, sampleConfig, without).explanation;
      expect(whole.interval.powerWMin).toBeLessThanOrEqual(whole.interval.powerWMax);
      // Contradicting limits keep the earlier interval: only without a conflict is this a plain inclusion.
      if (whole.alarms.some(({ code }) => code === "limit-conflict")) continue;
      if (less.alarms.some(({ code }) => code === "limit-conflict")) continue;
      expect(whole.interval.powerWMin).toBeGreaterThanOrEqual(less.interval.powerWMin - 1);
      expect(whole.interval.powerWMax).toBeLessThanOrEqual(less.interval.powerWMax + 1);
    }
  });
});

test("clamping is on the shelf's own order, and is exported for whoever replays it", () => {
  expect(typeof clampWish).toBe("function");
});

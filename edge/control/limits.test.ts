import { Rng } from "@penstock/protocol/rng";
import { Celsius, Fraction, MonotonicMs, Ms, Soc, VA, Var, W, WPerS } from "@penstock/protocol/units";
import fc from "fast-check";
import { expect, test } from "vitest";
import { good, missing, type PlantImage, type PowerInterval, type Reading, type SiteImage, stale } from "./image.ts";
import { narrow } from "./interval.ts";
import { siteLimits, unitLimits } from "./limits/index.ts";
import { paced, type SiteLimit } from "./limits/limit.ts";
import { noLatches, sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnit } from "./sample-site.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { type CoreState, initialState, type StepOutput, step } from "./step.ts";
import type { StepInput } from "./step-types.ts";

const config: SiteControlConfig = {
  ...sampleConfig,
  connection: { ...sampleConfig.connection, apparentVAMax: VA(9e6) },
  feeders: [
    { id: "a", units: [0, 1, 2], exportWMax: W(1.4e6), importWMax: W(2.2e6) },
    { id: "b", units: [4, 5], exportWMax: W(0.7e6), importWMax: W(1.9e6), apparentVAMax: VA(1.5e6) },
  ].map((terms) => ({
    ...terms,
    unitIds: terms.units.map((place) => `unit-${place}`),
    withoutMeterW: W(0),
  })),
  transformer: { derateFromC: Celsius(90), temperatureCMax: Celsius(110) },
  unitThermal: { derateFromC: Celsius(45), temperatureCMax: Celsius(60) },
};
const fresh = Ms(20);

/** Anything a site may be in, from a seed: half of it unwell. */
function anyInput(rng: Rng): StepInput {
  const of = <T>(value: T): Reading<T> => {
    const luck = rng.uniform();
    return luck < 0.9 ? good(value, fresh) : luck < 0.95 ? stale(value, Ms(900), "late") : missing("silent");
  };
  const limit = (): PowerInterval => {
    const [a, b] = [rng.between(-5e6, 5e6), rng.between(-5e6, 5e6)];
    return { powerWMin: W(Math.min(a, b)), powerWMax: W(Math.max(a, b)) };
  };
  const units = Array.from({ length: rng.integer(1, 12) }, (_, index) =>
    sampleUnit(`unit-${index}`, {
      powerW: of(W(rng.between(-1e6, 1e6))),
      soc: of(Soc(rng.uniform())),
      chargeWMax: of(W(rng.between(0, 1.2e6))),
      dischargeWMax: of(W(rng.between(0, 1.2e6))),
      temperatureC: of(Celsius(rng.between(20, 65))),
      state: of(rng.chance(0.9) ? "running" : rng.pick(["fault", "starting", "off", "standby"] as const)),
      remote: of(rng.chance(0.95)),
    }),
  );
  const plant: PlantImage = {
    breakerClosed: of(rng.chance(0.9)),
    transformerTemperatureC: of(Celsius(rng.between(40, 115))),
    gridOperatorLimitW: of(limit()),
  };
  const image = sampleImage({ units, ...(rng.chance(0.7) ? { plant } : {}) });
  const meter = {
    ...image.meter,
    powerW: of(W(rng.between(-8e6, 8e6))),
    reactiveVar: of(Var(rng.between(-4e6, 4e6))),
  };
  const grants = [sampleGrant({ powerW: W(rng.between(-9e6, 9e6)), reactiveVar: Var(rng.between(-3e6, 3e6)) })];
  if (rng.chance(0.3)) grants.push(sampleGrant({ leaseId: "limit", kind: "limit", limitW: limit() }));
  const local = rng.chance(0.3) ? { ...limit(), by: "Ana", reason: "test" } : undefined;
  return sampleInput({ ...image, meter }, { grants, latches: { ...noLatches, localLimitW: local } });
}

const at = (input: StepInput, monotonicMs: number): StepInput => ({
  ...input,
  image: { ...input.image, monotonicMs: MonotonicMs(monotonicMs) },
});
const seeds = Array.from({ length: 1_000 }, (_, seed) => seed);
const liesIn = (inner: PowerInterval, outer: PowerInterval): boolean =>
  inner.powerWMin >= outer.powerWMin - 1e-6 && inner.powerWMax <= outer.powerWMax + 1e-6;

test("taking any limit off the shelf never makes the site's interval narrower", () => {
  for (const seed of seeds) {
    const input = anyInput(new Rng(`widen/${seed}`));
    const state = initialState(input.image);
    const all = step(state, input, config).explanation;
    if (all.alarms.some(({ code }) => code === "limit-conflict")) continue;
    for (const out of [...unitLimits, ...siteLimits]) {
      const shelf = {
        unitLimits: unitLimits.filter((limit) => limit !== out),
        siteLimits: siteLimits.filter((limit) => limit !== out),
      };
      expect(liesIn(all.interval, step(state, input, config, shelf).explanation.interval)).toBe(true);
    }
  }
});

test("where no limits contradict each other, their order changes nothing but who is named", () => {
  const rng = new Rng("order");
  for (const seed of seeds) {
    const input = anyInput(new Rng(`order/${seed}`));
    const state = initialState(input.image);
    const inOrder = step(state, input, config);
    if (inOrder.explanation.alarms.some(({ code }) => code === "limit-conflict")) continue;
    const shuffled = siteLimits.map((limit) => [rng.uniform(), limit] as const).sort(([a], [b]) => a - b);
    const otherwise = step(state, input, config, { unitLimits, siteLimits: shuffled.map(([, limit]) => limit) });
    expect(otherwise.commands).toEqual(inOrder.commands);
    expect(otherwise.explanation.interval).toEqual(inOrder.explanation.interval);
  }
});

test("within a rank no order of the limits changes anything, even where they contradict each other", () => {
  const ranks = [...new Set(siteLimits.map(({ rank }) => rank))];
  for (const seed of seeds) {
    const rng = new Rng(`rank/${seed}`);
    const input = anyInput(rng);
    const state = initialState(input.image);
    const inOrder = step(state, input, config);
    const shuffled = ranks.flatMap((rank) =>
      siteLimits
        .filter((limit) => limit.rank === rank)
        .map((limit) => [rng.uniform(), limit] as const)
        .sort(([a], [b]) => a - b),
    );
    const otherwise = step(state, input, config, { unitLimits, siteLimits: shuffled.map(([, limit]) => limit) });
    expect(otherwise.commands).toEqual(inOrder.commands);
    expect(otherwise.explanation.interval).toEqual(inOrder.explanation.interval);
  }
});

test("an interval that does not meet a stronger one leaves it at its nearest point, whatever both are", () => {
  const interval = fc
    .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 0, max: 50 }))
    .map(([min, width]) => ({
      powerWMin: W(min),
      powerWMax: W(min + width),
    }));
  fc.assert(
    fc.property(interval, interval, (stronger, weaker) => {
      const left = narrow(stronger, weaker);
      expect(left.powerWMin <= left.powerWMax && liesIn(left, stronger)).toBe(true);
      if (weaker.powerWMin > stronger.powerWMax) expect(left.powerWMin).toBe(stronger.powerWMax);
      else if (weaker.powerWMax < stronger.powerWMin) expect(left.powerWMax).toBe(stronger.powerWMin);
      else expect(liesIn(left, weaker)).toBe(true);
    }),
  );
});

test("of contradicting limits the higher authority is obeyed to the watt, and it is said aloud", () => {
  const fixed = (name: string, powerWMin: number, powerWMax: number): SiteLimit => ({
    name,
    rank: name === "strong" ? "site" : "market",
    interval: () => paced({ powerWMin: W(powerWMin), powerWMax: W(powerWMax) }, "at-once"),
    text: () => name,
  });
  for (const seed of seeds.slice(0, 200)) {
    const rng = new Rng(`conflict/${seed}`);
    const min = rng.integer(0, 2e6);
    const strong = fixed("strong", min, min + 1e6);
    const weak = fixed("weak", -3e6, min - 1 - rng.integer(0, 1e6));
    const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: W(rng.between(-4e6, 4e6)) })] });
    const shelf = { unitLimits, siteLimits: [strong, weak] };
    const { explanation } = step(initialState(input.image), input, config, shelf);
    expect(explanation.targetW).toBe(min);
    expect(explanation.alarms.map(({ code }) => code)).toEqual(["limit-conflict"]);
  }
});

test("after rounding and splitting every unit is inside its own limits and the sum inside what applies at once", () => {
  for (const seed of seeds) {
    const input = anyInput(new Rng(`inside/${seed}`));
    let state = initialState(input.image);
    for (let cycle = 1; cycle <= 3; cycle++) {
      const output: StepOutput = step(state, at(input, cycle * 100), config);
      ({ state } = output);
      let sumW = 0;
      output.commands.forEach(({ powerW, reactiveVar }, index) => {
        const unit = input.image.units[index];
        if (unit === undefined) throw new Error("a command without a unit");
        expect(Number.isInteger(powerW) && Number.isInteger(reactiveVar)).toBe(true);
        expect(powerW ** 2 + reactiveVar ** 2).toBeLessThanOrEqual(unit.rating.apparentVAMax ** 2);
        const { state: unitState, remote, soc, chargeWMax, dischargeWMax } = unit;
        const mayWork =
          unitState.quality === "good" &&
          (unitState.value === "running" || unitState.value === "standby") &&
          remote.quality === "good" &&
          remote.value &&
          soc.quality === "good";
        const canDischarge = mayWork && dischargeWMax.quality === "good" && soc.value > 0.05;
        const canCharge = mayWork && chargeWMax.quality === "good" && soc.value < 0.95;
        expect(powerW).toBeLessThanOrEqual(canDischarge ? Math.min(1e6, dischargeWMax.value) : 0);
        expect(powerW).toBeGreaterThanOrEqual(canCharge ? -Math.min(1e6, chargeWMax.value) : 0);
        sumW += powerW;
      });
      expect(sumW).toBe(output.explanation.targetW);
      const { plant } = input.image;
      if (plant?.breakerClosed.quality === "good" && !plant.breakerClosed.value) expect(sumW).toBe(0);
    }
  }
});

test("with time, the sum is inside every limit there is", () => {
  for (const seed of seeds.slice(0, 300)) {
    const input = anyInput(new Rng(`settled/${seed}`));
    let state = initialState(input.image);
    let output: StepOutput | undefined;
    for (let cycle = 1; cycle <= 200; cycle++) {
      output = step(state, at(input, cycle * 100), config);
      ({ state } = output);
    }
    const { interval, targetW } = output?.explanation ?? {};
    if (interval === undefined || targetW === undefined) throw new Error("no cycle was run");
    const point = Math.floor(interval.powerWMax) < Math.ceil(interval.powerWMin);
    const slackW = point ? 1 : 0; // Between two watts there is no whole one.
    expect(targetW).toBeGreaterThanOrEqual(interval.powerWMin - slackW);
    expect(targetW).toBeLessThanOrEqual(interval.powerWMax + slackW);
  }
});

/** Coming to rest is never "wider": what is not known may end a duty to help, and never allows more than before. */
const orRest = ({ powerWMin, powerWMax }: PowerInterval): PowerInterval => ({
  powerWMin: W(Math.min(0, powerWMin)),
  powerWMax: W(Math.max(0, powerWMax)),
});

/** Every way to lose one reading of a site. */
function losses(image: SiteImage, loss: Reading<never> | "stale"): SiteImage[] {
  const lose = <T>(reading: Reading<T>): Reading<T> => {
    if (loss !== "stale") return loss;
    return reading.quality === "good" ? stale(reading.value, Ms(900), "late") : reading;
  };
  const fields = ["powerW", "soc", "chargeWMax", "dischargeWMax", "temperatureC", "state", "remote"] as const;
  const images: SiteImage[] = [
    { ...image, meter: { ...image.meter, powerW: lose<W>(image.meter.powerW) } },
    { ...image, meter: { ...image.meter, reactiveVar: lose<Var>(image.meter.reactiveVar) } },
  ];
  image.units.forEach((unit, lost) => {
    for (const field of fields) {
      const units = image.units.map((other, index) =>
        index === lost ? { ...unit, [field]: lose<unknown>(unit[field]) } : other,
      );
      images.push({ ...image, units });
    }
  });
  const { plant } = image;
  if (plant !== undefined) {
    images.push({ ...image, plant: { ...plant, breakerClosed: lose(plant.breakerClosed) } });
    images.push({ ...image, plant: { ...plant, transformerTemperatureC: lose(plant.transformerTemperatureC) } });
    images.push({ ...image, plant: { ...plant, gridOperatorLimitW: lose(plant.gridOperatorLimitW) } });
  }
  return images;
}

test.each<[string, Reading<never> | "stale"]>([
  ["stale", "stale"],
  ["missing", missing("silent")],
])("a reading that goes %s never widens what the site may do", (_what, loss) => {
  let compared = 0;
  for (const seed of seeds.slice(0, 300)) {
    const input = anyInput(new Rng(`lose/${seed}`));
    const before: CoreState = step(initialState(input.image), input, config).state;
    const known = step(before, at(input, 100), config).explanation;
    // Where limits already contradict each other a narrower one moves the point that is left: that is no widening.
    if (known.alarms.some(({ code }) => code === "limit-conflict")) continue;
    for (const image of losses(input.image, loss)) {
      const lost = step(before, at({ ...input, image }, 100), config).explanation;
      if (lost.alarms.some(({ code }) => code === "limit-conflict")) continue;
      expect(liesIn(lost.interval, orRest(known.interval))).toBe(true);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(2_000);
});

test("without hardware in the way, no cycle moves the site faster than its ramps", () => {
  for (const seed of seeds.slice(0, 300)) {
    const rng = new Rng(`ramp/${seed}`);
    const slow = {
      ...sampleConfig,
      ramp: { upWPerS: WPerS(rng.between(1e4, 1e6)), downWPerS: WPerS(rng.between(1e4, 1e6)) },
    };
    const fastest = Math.max(slow.ramp.upWPerS, slow.ramp.downWPerS) * 0.1;
    let state = initialState(sampleImage());
    let [beforeW, atMs] = [0, 0];
    for (let cycle = 0; cycle < 100; cycle++) {
      atMs += 100;
      const share = Fraction(rng.uniform());
      const grants = rng.chance(0.8) ? [sampleGrant({ powerW: W(rng.between(-5e6, 5e6)), sequence: cycle })] : [];
      const powerWMax = W(share * 4e6);
      const local = rng.chance(0.3) ? { powerWMin: W(-4e6), powerWMax, by: "Ana", reason: "test" } : undefined;
      const units = sampleImage().units.map((unit) => ({ ...unit, powerW: good(W(beforeW / 4), fresh) }));
      const image = sampleImage({ units, meterW: W(beforeW), monotonicMs: MonotonicMs(atMs) });
      const output = step(state, sampleInput(image, { grants, latches: { ...noLatches, localLimitW: local } }), slow);
      ({ state } = output);
      expect(Math.abs(output.explanation.targetW - beforeW)).toBeLessThanOrEqual(fastest + 1);
      beforeW = output.explanation.targetW;
    }
  }
});

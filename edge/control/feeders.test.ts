import { Rng } from "@penstock/protocol/rng";
import { kW, MonotonicMs, Ms, MW, Soc, VA, Var, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, type MeterImage, missing, type Reading, type UnitImage } from "./image.ts";
import { sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnits } from "./sample-site.ts";
import type { FeederTerms, SiteControlConfig } from "./site-control-config.ts";
import { initialState, type StepOutput, step } from "./step.ts";
import { whyUnit } from "./why-unit.ts";

const fresh = Ms(20);
const feeder = (id: string, units: readonly number[], terms: Partial<FeederTerms> = {}): FeederTerms => ({
  id,
  units,
  unitIds: units.map((place) => `unit-${place + 1}`),
  exportWMax: MW(1.5),
  importWMax: MW(1.2),
  withoutMeterW: kW(300),
  ...terms,
});

interface Story {
  readonly mw: number;
  readonly mvar?: number;
  readonly feeders: readonly FeederTerms[];
  /** What flows on each feeder besides its units, MW out; a feeder that is not named has no meter. */
  readonly others?: readonly (number | undefined)[];
  readonly units?: readonly UnitImage[];
  readonly priority?: "active" | "reactive";
  readonly lose?: ((nowMs: number) => Reading<never> | undefined) | undefined;
}

/** A minute of cycles in which units do as told and every meter sees it; ends with what stands on each feeder. */
function settledAt({
  mw,
  mvar = 0,
  feeders,
  others = [],
  priority = "active",
  lose = () => undefined,
  ...story
}: Story) {
  const config: SiteControlConfig = { ...sampleConfig, feeders, inverterPriority: priority };
  const grants = [sampleGrant({ powerW: MW(mw), reactiveVar: Var(mvar * 1e6) })];
  let units = story.units ?? sampleUnits(4);
  const sumOf = (places: readonly number[], pick: (unit: UnitImage) => Reading<number>) =>
    places.reduce((sum, place) => {
      const reading = units[place] && pick(units[place]);
      return sum + (reading?.quality === "good" ? reading.value : 0);
    }, 0);
  const everyUnit = units.map((_, place) => place);
  const othersW = others.reduce<number>((sum, one) => sum + (one ?? 0) * 1e6, 0);
  let state = initialState(sampleImage({ units }));
  let output: StepOutput | undefined;
  let steepestW = 0;
  for (let atMs = 0; atMs <= 60_000; atMs += 100) {
    const image = sampleImage({
      units,
      monotonicMs: MonotonicMs(atMs),
      meterW: W(sumOf(everyUnit, (unit) => unit.powerW) + othersW),
    });
    const feederMeters = feeders.map(({ units: places }, index): MeterImage | undefined => {
      const other = others[index];
      if (other === undefined) return undefined;
      const powerW = lose(atMs) ?? good(W(sumOf(places, ({ powerW }) => powerW) + other * 1e6), fresh);
      return { ...image.meter, powerW, reactiveVar: good(Var(sumOf(places, (unit) => unit.reactiveVar)), fresh) };
    });
    const before = output?.explanation.targetW ?? 0;
    output = step(state, sampleInput({ ...image, feederMeters }, { grants }), config);
    ({ state } = output);
    steepestW = Math.max(steepestW, Math.abs(output.explanation.targetW - before));
    const { commands } = output;
    units = units.map((unit, index) => ({
      ...unit,
      powerW:
        unit.state.quality === "good" && unit.state.value === "running"
          ? good(commands[index]?.powerW ?? W(0), fresh)
          : unit.powerW,
      reactiveVar: good(commands[index]?.reactiveVar ?? Var(0), fresh),
    }));
  }
  if (output === undefined) throw new Error("no cycle was run");
  return {
    output,
    steepestW,
    feederMW: feeders.map(
      ({ units: places }, index) => sumOf(places, (unit) => unit.powerW) / 1e6 + (others[index] ?? 0),
    ),
    feederMvar: feeders.map(({ units: places }) => sumOf(places, (unit) => unit.reactiveVar) / 1e6),
    becauseNames: output.explanation.because.map(({ limit }) => limit),
  };
}

const twoFeeders = [feeder("a", [0, 1]), feeder("b", [2, 3])];

test.each<[what: string, story: Story, feederMW: readonly number[], because: readonly string[]]>([
  ["what all carry is shared out", { mw: 2, feeders: twoFeeders }, [1, 1], []],
  ["each carries its own limit", { mw: 4, feeders: twoFeeders }, [1.5, 1.5], ["feeder"]],
  ["the same for import", { mw: -4, feeders: twoFeeders }, [-1.2, -1.2], ["feeder"]],
  [
    "each takes its part by what it carries",
    { mw: 2, feeders: [feeder("a", [0, 1], { exportWMax: kW(500) }), feeder("b", [2, 3], { exportWMax: MW(9) })] },
    [0.4, 1.6],
    [],
  ],
  [
    "units on none are not bound",
    { mw: 4, feeders: [feeder("a", [0, 1], { exportWMax: kW(400) })] },
    [0.4],
    ["feeder"],
  ],
  [
    "load beside the units makes room to discharge",
    { mw: 4, feeders: twoFeeders, others: [-0.4, 0] },
    [1.5, 1.5],
    ["feeder"],
  ],
  ["solar takes it", { mw: 4, feeders: twoFeeders, others: [1.2, 0] }, [1.5, 1.5], ["feeder"]],
  ["load takes room to charge", { mw: -4, feeders: twoFeeders, others: [-0.8, 0] }, [-1.2, -1.2], ["feeder"]],
  [
    "what others overload is not the batteries' to relieve",
    { mw: -4, feeders: twoFeeders, others: [-2, 0] },
    [-2, -1.2],
    ["feeder"],
  ],
])("%s", (_what, story, feederMW, because) => {
  const settled = settledAt(story);
  settled.feederMW.forEach((power, index) => {
    expect(power).toBeCloseTo(feederMW[index] ?? Number.NaN, 4);
  });
  expect(settled.becauseNames).toEqual(because);
});

test("a feeder is named with what it leaves, and each unit it holds back with it", () => {
  const { output } = settledAt({ mw: 4, feeders: twoFeeders, others: [-0.4, undefined] });
  expect(output.explanation.because).toMatchObject([
    { limit: "feeder", text: "a leaves -0.80 MW to 1.90 MW beside -0.40 MW of others; b leaves -1.20 MW to 1.50 MW" },
  ]);
  expect(output.explanation.units.map(({ unitId, because }) => [unitId, because])).toContainEqual([
    "unit-4",
    "feeder: its part of b, which carries 1.50 MW out and 1.20 MW in",
  ]);
  const config = { ...sampleConfig, feeders: twoFeeders };
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(4) })] });
  const chain = whyUnit(initialState(input.image), input, config, "unit-1");
  expect(chain?.limits.at(-1)).toMatchObject({ limit: "feeder", left: { powerWMin: -600e3, powerWMax: 750e3 } });
});

test("inside a feeder that is full, the fuller unit discharges more", () => {
  const units = sampleUnits(4).map((unit, index) => ({
    ...unit,
    soc: good(Soc([0.7, 0.4, 0.55, 0.55][index] ?? 0.5), fresh),
  }));
  const { output } = settledAt({
    mw: 4,
    feeders: [feeder("a", [0, 1], { exportWMax: MW(1) }), feeder("b", [2, 3])],
    units,
  });
  const [first, second] = output.commands;
  expect((first?.powerW ?? 0) + (second?.powerW ?? 0)).toBe(1e6);
  expect(first?.powerW).toBeGreaterThan(1.5 * (second?.powerW ?? 0));
});

test.each<[what: string, lose: Story["lose"], lostMW: number]>([
  ["is lost on the way", (nowMs) => (nowMs > 20_000 ? missing("silent") : undefined), 0.3],
  ["never came", () => missing("silent"), 0.3],
])("where a feeder's meter %s, its units come down to what it may carry unseen, without a leap", (_what, lose, lostMW) => {
  const { feederMW, steepestW } = settledAt({ mw: 3, feeders: twoFeeders, others: [0, undefined], lose });
  expect(feederMW[0]).toBeCloseTo(lostMW, 3);
  expect(feederMW[1]).toBeCloseTo(1.5, 3);
  expect(steepestW).toBeLessThanOrEqual(0.1 * sampleConfig.ramp.downWPerS + 2);
});

test("a lost unit still uses its feeder", () => {
  const units = sampleUnits(4).map((unit, index) =>
    index === 0 ? { ...unit, powerW: good(MW(1), fresh), state: good("fault" as const, fresh) } : unit,
  );
  const { output } = settledAt({ mw: 4, feeders: twoFeeders, units });
  expect(output.commands[1]?.powerW).toBe(500e3);
});

test.each<[what: string, story: Omit<Story, "feeders">, powerMW: number, mvar: number]>([
  ["power first: vars get what is left", { mw: 1.6, mvar: 2 }, 0.8, 0.6],
  ["vars first: power gets what is left", { mw: 4, mvar: 1.6, priority: "reactive" }, 0.6, 0.8],
])("two transformers of 1 MVA each, %s", (_what, story, powerMW, mvar) => {
  const circles = [feeder("a", [0, 1], { apparentVAMax: VA(1e6) }), feeder("b", [2, 3], { apparentVAMax: VA(1e6) })];
  const { feederMW, feederMvar } = settledAt({ ...story, feeders: circles });
  for (const power of feederMW) expect(power).toBeCloseTo(powerMW, 3);
  for (const vars of feederMvar) expect(vars).toBeCloseTo(mvar, 3);
});

test("whatever is asked of whatever site, no feeder carries more than it may, and none widens what the site may do", () => {
  for (let seed = 0; seed < 60; seed++) {
    const rng = new Rng(`feeders/${seed}`);
    const units = sampleUnits(6).map((unit) => ({
      ...unit,
      soc: good(Soc(rng.uniform()), fresh),
      dischargeWMax: good(W(rng.between(0, 1e6)), fresh),
      chargeWMax: good(W(rng.between(0, 1e6)), fresh),
    }));
    const any = () => ({
      exportWMax: W(rng.between(0, 3e6)),
      importWMax: W(rng.between(0, 3e6)),
      apparentVAMax: VA(rng.between(0.2e6, 3e6)),
    });
    const feeders = [feeder("a", [0, 3, 5], any()), feeder("b", [1, 2], any())];
    const others = [rng.between(-1, 1), rng.chance(0.5) ? rng.between(-1, 1) : undefined];
    const story = {
      mw: rng.between(-6, 6),
      mvar: rng.between(-6, 6),
      priority: rng.pick(["active", "reactive"] as const),
      units,
    };
    const bound = settledAt({ ...story, feeders, others });
    feeders.forEach(({ exportWMax, importWMax, apparentVAMax = 0 }, index) => {
      const [power, vars, other] = [bound.feederMW[index] ?? 0, bound.feederMvar[index] ?? 0, others[index] ?? 0];
      expect(power * 1e6).toBeLessThanOrEqual(Math.max(exportWMax, other * 1e6) + 1);
      expect(power * 1e6).toBeGreaterThanOrEqual(Math.min(-importWMax, other * 1e6) - 1);
      expect(Math.hypot(power, vars) * 1e6).toBeLessThanOrEqual(Math.max(apparentVAMax, Math.abs(other) * 1e6) + 2);
    });
    const free = settledAt({ ...story, feeders: [], others });
    if (story.priority === "reactive") continue; // Vars that a feeder takes away leave the inverters more room for power.
    expect(bound.output.explanation.interval.powerWMax).toBeLessThanOrEqual(
      free.output.explanation.interval.powerWMax + 1e-6,
    );
    expect(bound.output.explanation.interval.powerWMin).toBeGreaterThanOrEqual(
      free.output.explanation.interval.powerWMin - 1e-6,
    );
  }
});

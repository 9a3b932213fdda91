import { Celsius, kW, MonotonicMs, Ms, MW, Soc, Var, W, WPerS } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { guard } from "./guard.ts";
import { good, missing, type PlantImage, type SiteImage, stale, type UnitImage } from "./image.ts";
import { run, samplePlant, settled, tightConfig } from "./sample-run.ts";
import {
  noLatches,
  sampleConfig,
  sampleGrant,
  sampleImage,
  sampleInput,
  sampleUnit,
  sampleUnits,
} from "./sample-site.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { initialState, type StepOutput, step } from "./step.ts";
import type { StepInput } from "./step-types.ts";

const fresh = Ms(20);
const lost = missing("no answer");
const old = <T>(value: T) => stale(value, Ms(900), "no answer");

const limitsOf = ({ explanation }: StepOutput): string[] => explanation.because.map(({ limit }) => limit);

test.each<[W, number, W, number, string[]]>([
  // wanted   soc   rest of site  commanded  because
  [MW(1), 0.5, kW(0), 800e3, ["grid-connection"]],
  [MW(1), 0.5, kW(-300), 1000e3, []],
  [MW(1), 0.5, kW(200), 600e3, ["grid-connection"]],
  [MW(-1), 0.5, kW(0), -600e3, ["grid-connection"]],
  [MW(-1), 0.5, kW(-500), -100e3, ["grid-connection"]],
  [MW(-1), 0.5, kW(500), -1000e3, []],
  [kW(500), 0.04, kW(0), 0, ["soc-window"]],
  [kW(-500), 0.04, kW(0), -500e3, []],
  [kW(-500), 0.96, kW(0), 0, ["soc-window"]],
  [kW(500), 0.96, kW(0), 500e3, []],
  [MW(1), 0.06, kW(-300), 800e3, ["soc-window"]], // A fifth of the taper is left: a fifth of 4 MW.
  [MW(9), 0.5, kW(-9_000), 4000e3, ["unit-ratings"]],
  [kW(0), 0.5, kW(-900), 300e3, ["grid-connection"]], // Load above the import limit: the battery must help.
])("wants %d W at soc %d with %d W from the rest of the site: commands %d W", (powerW, soc, restW, commandedW, because) => {
  const units = sampleUnits(4, { soc: good(Soc(soc), fresh) });
  const output = settled(
    sampleInput(sampleImage({ units }), { grants: [sampleGrant({ powerW })] }),
    tightConfig,
    restW,
  );
  expect(Math.round(output.explanation.targetW / 1e3) * 1e3).toBe(commandedW);
  expect(limitsOf(output)).toEqual(because);
});

test("every limit that moved the target says so, with how far, and it adds up", () => {
  const latches = {
    ...noLatches,
    localLimitW: { powerWMin: MW(-1), powerWMax: kW(500), by: "Ana", reason: "cable work" },
  };
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(9) })], latches });
  const { explanation } = settled(input, tightConfig);
  expect(explanation.because).toMatchObject([
    { limit: "unit-ratings", movedW: -5e6, text: "4 of 4 units can take power: charge 4.00 MW, discharge 4.00 MW" },
    { limit: "grid-connection", movedW: -3.2e6 },
    { limit: "local-operator", movedW: -300e3, text: "Ana allows -1.00 MW to 0.50 MW: cable work" },
  ]);
  const movedW = explanation.because.reduce((sum, one) => sum + one.movedW, 0);
  expect(explanation.wishW + movedW).toBe(explanation.clampedW);
});

const hotConfig = { ...sampleConfig, transformer: { derateFromC: Celsius(90), temperatureCMax: Celsius(110) } };

test.each<[string, PlantImage, number, string[]]>([
  ["all well", samplePlant(), 4e6, []],
  ["breaker open", samplePlant({ breakerClosed: good(false, fresh) }), 0, ["breaker"]],
  ["breaker last seen open", samplePlant({ breakerClosed: old(false) }), 0, ["breaker"]],
  ["breaker not known", samplePlant({ breakerClosed: lost }), 0, ["breaker"]],
  [
    "breaker last seen closed, a while ago: power may not grow from 0",
    samplePlant({ breakerClosed: old(true) }),
    0,
    ["breaker"],
  ],
  [
    "operator allows 1.5 MW",
    samplePlant({ gridOperatorLimitW: good({ powerWMin: MW(-1), powerWMax: MW(1.5) }, fresh) }),
    1.5e6,
    ["grid-operator"],
  ],
  [
    "operator allowed 1.5 MW, a while ago",
    samplePlant({ gridOperatorLimitW: old({ powerWMin: MW(-1), powerWMax: MW(1.5) }) }),
    1.5e6,
    ["grid-operator"],
  ],
  [
    "transformer at 107 °C: 15 % of 10 MW",
    samplePlant({ transformerTemperatureC: good(Celsius(107), fresh) }),
    1.5e6,
    ["transformer-thermal"],
  ],
  [
    "transformer last seen at 98 °C counts as 108 °C",
    samplePlant({ transformerTemperatureC: old(Celsius(98)) }),
    1e6,
    ["transformer-thermal"],
  ],
  ["transformer temperature not known", samplePlant({ transformerTemperatureC: lost }), 0, ["transformer-thermal"]],
])("plant controller: %s", (_what, plantImage, commandedW, because) => {
  const input = sampleInput(sampleImage({ plant: plantImage }), { grants: [sampleGrant({ powerW: MW(4) })] });
  const output = settled(input, hotConfig);
  expect(output.explanation.targetW).toBe(commandedW);
  expect(limitsOf(output)).toEqual(because);
});

test("the grid operator's limit is about the connection: the rest of the site counts", () => {
  const limited = samplePlant({ gridOperatorLimitW: good({ powerWMin: MW(-9), powerWMax: MW(1) }, fresh) });
  const input = sampleInput(sampleImage({ plant: limited }), { grants: [sampleGrant({ powerW: MW(4) })] });
  expect(settled(input, sampleConfig, -500e3).explanation.targetW).toBe(1.5e6);
});

test("with the plant controller lost, the last known limit and the latched one both hold", () => {
  const known = samplePlant({ gridOperatorLimitW: good({ powerWMin: MW(-9), powerWMax: MW(2) }, fresh) });
  const input = sampleInput(sampleImage({ plant: known }), { grants: [sampleGrant({ powerW: MW(4) })] });
  const { state } = settled(input);
  const silent = sampleImage({ monotonicMs: MonotonicMs(60_100), plant: samplePlant({ gridOperatorLimitW: lost }) });
  const reasons = (latches: StepInput["latches"]) =>
    step(state, { ...input, image: silent, latches }, sampleConfig).explanation;
  expect(reasons(noLatches)).toMatchObject({ clampedW: 2e6, because: [{ limit: "grid-operator" }] });
  const latched = { ...noLatches, gridOperatorLimitW: { powerWMin: MW(-9), powerWMax: MW(1) } };
  expect(reasons(latched)).toMatchObject({ clampedW: 1e6 });
});

test("after a restart a latched limit rules before the plant controller is heard", () => {
  const latches = { ...noLatches, gridOperatorLimitW: { powerWMin: MW(-9), powerWMax: MW(1) } };
  const silent = samplePlant({ gridOperatorLimitW: lost });
  const input = sampleInput(sampleImage({ plant: silent }), { grants: [sampleGrant({ powerW: MW(4) })], latches });
  expect(settled(input).explanation).toMatchObject({ targetW: 1e6, because: [{ limit: "grid-operator" }] });
});

const ofUnit = (changes: Partial<UnitImage>) => [sampleUnit("odd", changes), sampleUnit("even")];

test.each<[string, Partial<UnitImage>, number]>([
  ["in fault", { state: good("fault", fresh) }, 0],
  ["still starting", { state: good("starting", fresh) }, 0],
  ["in local control", { remote: good(false, fresh) }, 0],
  ["refusing our set-points", { refused: good(true, fresh) }, 0],
  ["silent", { powerW: lost, state: lost }, 0],
  ["stale", { state: old("running" as const) }, 0],
  ["of unknown charge", { soc: lost }, 0],
  ["whose BMS allows 300 kW", { dischargeWMax: good(kW(300), fresh) }, 300e3],
  ["whose BMS answers nonsense", { dischargeWMax: good(W(Number.NaN), fresh) }, 0],
  ["whose BMS allows more than its nameplate", { dischargeWMax: good(MW(7), fresh) }, 800e3],
  ["halfway through its derating", { temperatureC: good(Celsius(50), fresh) }, 500e3],
])("a unit that is %s, of two asked for 1.6 MW together", (_what, changes, oddW) => {
  const config = { ...sampleConfig, unitThermal: { derateFromC: Celsius(45), temperatureCMax: Celsius(55) } };
  const input = sampleInput(sampleImage({ units: ofUnit(changes) }), { grants: [sampleGrant({ powerW: MW(1.6) })] });
  const { commands, explanation } = settled(input, config);
  expect(commands.map(({ powerW }) => powerW)).toEqual([oddW, Math.min(1e6, 1.6e6 - oddW)]);
  expect(explanation.units.map(({ unitId }) => unitId)).toEqual(oddW === 800e3 ? [] : ["odd"]);
});

test("a tripped unit's share goes to the others in the same cycle", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(2) })] });
  const { state } = settled(input);
  const running = sampleUnits(4, { powerW: good(kW(500), fresh) });
  const units = running.map((unit, index) => (index === 0 ? { ...unit, state: good("fault" as const, fresh) } : unit));
  const image = sampleImage({ units, meterW: MW(2), monotonicMs: MonotonicMs(60_100) });
  const powers = step(state, { ...input, image }, sampleConfig).commands.map(({ powerW }) => powerW);
  expect(powers).toEqual([0, 666_667, 666_667, 666_666]);
});

test("where the profile says so, the others keep their share when a unit is lost", () => {
  const config: SiteControlConfig = {
    ...sampleConfig,
    fallback: { ...sampleConfig.fallback, onUnitLoss: "hold-share" },
  };
  const units = sampleUnits(4).map((unit, index) => (index === 0 ? { ...unit, remote: good(false, fresh) } : unit));
  const output = settled(sampleInput(sampleImage({ units }), { grants: [sampleGrant({ powerW: MW(2) })] }), config);
  expect(output.commands.map(({ powerW }) => powerW)).toEqual([0, 500e3, 500e3, 500e3]);
  expect(output.explanation.because).toMatchObject([{ limit: "unit-loss", movedW: -500e3 }]);
});

test("the fuller unit discharges more and charges less", () => {
  const units = [
    sampleUnit("full", { soc: good(Soc(0.6), fresh) }),
    sampleUnit("empty", { soc: good(Soc(0.4), fresh) }),
  ];
  const powers = (powerW: W) =>
    settled(sampleInput(sampleImage({ units }), { grants: [sampleGrant({ powerW })] })).commands.map((c) => c.powerW);
  expect(powers(MW(1))).toEqual([700e3, 300e3]);
  expect(powers(MW(-1))).toEqual([-300e3, -700e3]);
});

test("reactive power takes what active power leaves of each unit's circle", () => {
  const grants = [sampleGrant({ powerW: MW(4), reactiveVar: Var(4e6) })];
  for (const { powerW, reactiveVar } of settled(sampleInput(sampleImage(), { grants })).commands) {
    expect(powerW).toBe(1e6);
    expect(reactiveVar).toBe(458_257); // √(1.1² − 1²) MVA
  }
});

const atMonotonic = (image: SiteImage, monotonicMs: number): SiteImage => ({
  ...image,
  monotonicMs: MonotonicMs(monotonicMs),
});

test("a start goes on from what is measured", () => {
  const units = sampleUnits(4, { powerW: good(kW(400), fresh) });
  const image = sampleImage({ units, meterW: MW(1.6) });
  const input = sampleInput(image, { grants: [sampleGrant({ powerW: MW(3) })] });
  const first = step(initialState(image), input, sampleConfig);
  expect(first.explanation.targetW).toBe(1.6e6);
  const second = step(first.state, { ...input, image: atMonotonic(image, 100) }, sampleConfig);
  expect(second.explanation.targetW).toBe(1.65e6); // 0.5 MW/s for 100 ms
});

test("a unit that is first read after the start joins with what it does", () => {
  const silent = sampleImage({
    units: [sampleUnit("a", { powerW: good(kW(400), fresh) }), sampleUnit("b", { powerW: lost })],
  });
  const { state } = step(initialState(silent), sampleInput(silent, { grants: [sampleGrant()] }), sampleConfig);
  const units = [sampleUnit("a", { powerW: good(kW(400), fresh) }), sampleUnit("b", { powerW: good(kW(300), fresh) })];
  const image = sampleImage({ units, meterW: kW(700), monotonicMs: MonotonicMs(100) });
  expect(
    step(state, sampleInput(image, { grants: [sampleGrant({ powerW: kW(700) })] }), sampleConfig).explanation.targetW,
  ).toBe(700e3);
});

test("after a start nothing grows until the plant controller is heard, and nothing falls", () => {
  const units = sampleUnits(4, { powerW: good(kW(400), fresh) });
  const silent = samplePlant({ breakerClosed: lost, gridOperatorLimitW: lost });
  const input = sampleInput(sampleImage({ units, plant: silent, meterW: MW(1.6) }), {
    grants: [sampleGrant({ powerW: MW(3) })],
  });
  expect(run(input, 5_000).explanation).toMatchObject({ targetW: 1.6e6, because: [{ limit: "breaker" }] });
  expect(run(input, 20_000).explanation).toMatchObject({ targetW: 0 });
});

test("a site that slept does not make up for it in one leap", () => {
  const image = sampleImage();
  const input = sampleInput(image, { grants: [sampleGrant({ powerW: MW(4) })] });
  const { state } = step(initialState(image), input, sampleConfig);
  const late = step(state, { ...input, image: atMonotonic(image, 60_000) }, sampleConfig);
  expect(late.explanation.targetW).toBe(150e3); // three periods at 0.5 MW/s
});

test.each<[string, Partial<StepInput["image"]>, number]>([
  [
    "an operator's new limit is reached at the site's down ramp",
    { plant: samplePlant({ gridOperatorLimitW: good({ powerWMin: W(0), powerWMax: MW(1) }, fresh) }) },
    3.9e6,
  ],
  ["an open breaker takes it all at once", { plant: samplePlant({ breakerClosed: good(false, fresh) }) }, 0],
  [
    "a solar surge behind the meter is undone at once",
    { meter: { ...sampleImage().meter, powerW: good(MW(12), fresh) } },
    2e6,
  ],
  [
    "a BMS that allows half takes half at once",
    { units: sampleUnits(4, { dischargeWMax: good(kW(500), fresh), powerW: good(MW(1), fresh) }) },
    2e6,
  ],
])("at 4 MW, %s", (_what, changes, commandedW) => {
  const units = sampleUnits(4, { powerW: good(MW(1), fresh) });
  const image = sampleImage({ units, plant: samplePlant(), meterW: MW(4) });
  const input = sampleInput(image, { grants: [sampleGrant({ powerW: MW(4), rampWPerS: WPerS(1_000) })] });
  const { state } = step(initialState(image), input, sampleConfig);
  const next = { ...image, monotonicMs: MonotonicMs(100), ...changes };
  expect(step(state, { ...input, image: next }, sampleConfig).explanation.targetW).toBe(commandedW);
});

test.each<[string, number | undefined, number]>([
  ["its own ramp", 100_000, 10e3],
  ["the site's ramp, when it asks for more", 9e9, 50e3],
  ["the site's ramp, when it asks for none", undefined, 50e3],
])("a lease moves the site at %s", (_what, rampWPerS, afterOneCycleW) => {
  const grant = sampleGrant({ rampWPerS: rampWPerS === undefined ? undefined : WPerS(rampWPerS) });
  expect(run(sampleInput(sampleImage(), { grants: [grant] }), 100).explanation.targetW).toBe(afterOneCycleW);
});

test.each<[string, SiteImage["meter"]["powerW"], number]>([
  ["stale", old(W(0)), 200e3],
  ["missing", lost, 0],
])("a meter that is %s: never more than without a meter, then what the profile says", (_what, powerW, commandedW) => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(4) })] });
  const { state } = settled(input);
  const units = sampleUnits(4, { powerW: good(MW(1), fresh) });
  let output: StepOutput | undefined;
  let last = state;
  for (let atMs = 60_100; atMs < 120_000; atMs += 100) {
    const image = {
      ...sampleImage({ units, monotonicMs: MonotonicMs(atMs) }),
      meter: { ...sampleImage().meter, powerW },
    };
    output = step(last, { ...input, image }, sampleConfig);
    last = output.state;
  }
  expect(output?.explanation).toMatchObject({ targetW: commandedW, alarms: [{ code: `meter-${powerW.quality}` }] });
});

test("two limits that contradict each other: the stronger holds, at its point nearest the weaker, with an alarm", () => {
  const limited = samplePlant({ gridOperatorLimitW: good({ powerWMin: MW(1), powerWMax: MW(2) }, fresh) });
  const latches = {
    ...noLatches,
    localLimitW: { powerWMin: MW(-1), powerWMax: W(0), by: "Ana", reason: "cable work" },
  };
  const { explanation } = settled(
    sampleInput(sampleImage({ plant: limited }), { grants: [sampleGrant({ powerW: MW(2) })], latches }),
  );
  expect(explanation.targetW).toBe(1e6);
  expect(explanation.alarms).toMatchObject([
    { code: "limit-conflict", text: expect.stringContaining("local-operator") },
  ]);
});

test("the guard finds nothing to change in what the core commands", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(4), reactiveVar: Var(4e6) })] });
  expect(guard(settled(input).commands, input.image).changes).toEqual([]);
});

test("the same state and input give the same answer, whatever was computed between", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant()] });
  const state = initialState(input.image);
  const first = step(state, input, sampleConfig);
  settled(sampleInput(sampleImage({ units: sampleUnits(40) }), { grants: [sampleGrant({ powerW: MW(9) })] }));
  expect(step(state, input, sampleConfig)).toEqual(first);
});

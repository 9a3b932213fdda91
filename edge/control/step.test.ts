import {
  Celsius,
  hours,
  kW,
  MonotonicMs,
  Ms,
  MW,
  minutes,
  Soc,
  seconds,
  Var,
  W,
  WPerS,
} from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { guard } from "./guard.ts";
import { good, missing, type PlantImage, type SiteImage, stale, type UnitImage } from "./image.ts";
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

/** Cycles of 100 ms in which every unit does what it is told and the meter sees it; ends with the last cycle's answer. */
function run(input: StepInput, forMs: number, config: SiteControlConfig = sampleConfig, restW = 0): StepOutput {
  let state = initialState(input.image);
  let units = input.image.units;
  let output: StepOutput | undefined;
  for (let atMs = 0; atMs <= forMs; atMs += 100) {
    const batteryW = units.reduce((sum, { powerW }) => sum + (powerW.quality === "missing" ? 0 : powerW.value), 0);
    const { meter } = input.image;
    const meterW = meter.powerW.quality === "good" ? good(W(batteryW + restW), fresh) : meter.powerW;
    const image = { ...input.image, monotonicMs: MonotonicMs(atMs), units, meter: { ...meter, powerW: meterW } };
    output = step(state, { ...input, image }, config);
    ({ state } = output);
    const { commands } = output;
    units = units.map((unit, index) => ({
      ...unit,
      powerW: unit.powerW.quality === "good" ? good(commands[index]?.powerW ?? W(0), fresh) : unit.powerW,
    }));
  }
  if (output === undefined) throw new Error("no cycle was run");
  return output;
}

/** Long enough for every ramp. */
const settled = (input: StepInput, config?: SiteControlConfig, restW?: number) => run(input, 60_000, config, restW);
const limitsOf = ({ explanation }: StepOutput): string[] => explanation.because.map(({ limit }) => limit);

const tight: SiteControlConfig = {
  ...sampleConfig,
  connection: { exportWMax: kW(800), importWMax: kW(600), marginW: W(0), withoutMeterW: kW(200) },
};

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
  const output = settled(sampleInput(sampleImage({ units }), { grants: [sampleGrant({ powerW })] }), tight, restW);
  expect(Math.round(output.explanation.targetW / 1e3) * 1e3).toBe(commandedW);
  expect(limitsOf(output)).toEqual(because);
});

test("every limit that moved the target says so, with how far, and it adds up", () => {
  const latches = {
    ...noLatches,
    localLimitW: { powerWMin: MW(-1), powerWMax: kW(500), by: "Ana", reason: "cable work" },
  };
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(9) })], latches });
  const { explanation } = settled(input, tight);
  expect(explanation.because).toMatchObject([
    { limit: "unit-ratings", movedW: -5e6, text: "4 of 4 units can take power: charge 4.00 MW, discharge 4.00 MW" },
    { limit: "grid-connection", movedW: -3.2e6 },
    { limit: "local-operator", movedW: -300e3, text: "Ana allows -1.00 MW to 0.50 MW: cable work" },
  ]);
  const movedW = explanation.because.reduce((sum, one) => sum + one.movedW, 0);
  expect(explanation.wishW + movedW).toBe(explanation.clampedW);
});

const plant = (changes: Partial<PlantImage> = {}): PlantImage => ({
  breakerClosed: good(true, fresh),
  transformerTemperatureC: good(Celsius(60), fresh),
  gridOperatorLimitW: good({ powerWMin: W(-Infinity), powerWMax: W(Infinity) }, fresh),
  ...changes,
});
const hotConfig = { ...sampleConfig, transformer: { derateFromC: Celsius(90), temperatureCMax: Celsius(110) } };

test.each<[string, PlantImage, number, string[]]>([
  ["all well", plant(), 4e6, []],
  ["breaker open", plant({ breakerClosed: good(false, fresh) }), 0, ["breaker"]],
  ["breaker last seen open", plant({ breakerClosed: old(false) }), 0, ["breaker"]],
  ["breaker not known", plant({ breakerClosed: lost }), 0, ["breaker"]],
  [
    "breaker last seen closed, a while ago: power may not grow from 0",
    plant({ breakerClosed: old(true) }),
    0,
    ["breaker"],
  ],
  [
    "operator allows 1.5 MW",
    plant({ gridOperatorLimitW: good({ powerWMin: MW(-1), powerWMax: MW(1.5) }, fresh) }),
    1.5e6,
    ["grid-operator"],
  ],
  [
    "operator allowed 1.5 MW, a while ago",
    plant({ gridOperatorLimitW: old({ powerWMin: MW(-1), powerWMax: MW(1.5) }) }),
    1.5e6,
    ["grid-operator"],
  ],
  [
    "transformer at 107 °C: 15 % of 10 MW",
    plant({ transformerTemperatureC: good(Celsius(107), fresh) }),
    1.5e6,
    ["transformer-thermal"],
  ],
  [
    "transformer last seen at 98 °C counts as 108 °C",
    plant({ transformerTemperatureC: old(Celsius(98)) }),
    1e6,
    ["transformer-thermal"],
  ],
  ["transformer temperature not known", plant({ transformerTemperatureC: lost }), 0, ["transformer-thermal"]],
])("plant controller: %s", (_what, plantImage, commandedW, because) => {
  const input = sampleInput(sampleImage({ plant: plantImage }), { grants: [sampleGrant({ powerW: MW(4) })] });
  const output = settled(input, hotConfig);
  expect(output.explanation.targetW).toBe(commandedW);
  expect(limitsOf(output)).toEqual(because);
});

test("the grid operator's limit is about the connection: the rest of the site counts", () => {
  const limited = plant({ gridOperatorLimitW: good({ powerWMin: MW(-9), powerWMax: MW(1) }, fresh) });
  const input = sampleInput(sampleImage({ plant: limited }), { grants: [sampleGrant({ powerW: MW(4) })] });
  expect(settled(input, sampleConfig, -500e3).explanation.targetW).toBe(1.5e6);
});

test("with the plant controller lost, the last known limit and the latched one both hold", () => {
  const known = plant({ gridOperatorLimitW: good({ powerWMin: MW(-9), powerWMax: MW(2) }, fresh) });
  const input = sampleInput(sampleImage({ plant: known }), { grants: [sampleGrant({ powerW: MW(4) })] });
  const { state } = settled(input);
  const silent = sampleImage({ monotonicMs: MonotonicMs(60_100), plant: plant({ gridOperatorLimitW: lost }) });
  const reasons = (latches: StepInput["latches"]) =>
    step(state, { ...input, image: silent, latches }, sampleConfig).explanation;
  expect(reasons(noLatches)).toMatchObject({ clampedW: 2e6, because: [{ limit: "grid-operator" }] });
  const latched = { ...noLatches, gridOperatorLimitW: { powerWMin: MW(-9), powerWMax: MW(1) } };
  expect(reasons(latched)).toMatchObject({ clampedW: 1e6 });
});

test("after a restart a latched limit rules before the plant controller is heard", () => {
  const latches = { ...noLatches, gridOperatorLimitW: { powerWMin: MW(-9), powerWMax: MW(1) } };
  const silent = plant({ gridOperatorLimitW: lost });
  const input = sampleInput(sampleImage({ plant: silent }), { grants: [sampleGrant({ powerW: MW(4) })], latches });
  expect(settled(input).explanation).toMatchObject({ targetW: 1e6, because: [{ limit: "grid-operator" }] });
});

const ofUnit = (changes: Partial<UnitImage>) => [sampleUnit("odd", changes), sampleUnit("even")];

test.each<[string, Partial<UnitImage>, number]>([
  ["in fault", { state: good("fault", fresh) }, 0],
  ["still starting", { state: good("starting", fresh) }, 0],
  ["in local control", { remote: good(false, fresh) }, 0],
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

test.each<[string, Partial<StepInput>, string, number]>([
  ["nobody asks", {}, "site-default", 0],
  ["a lease", { grants: [sampleGrant()] }, "lease", 1e6],
  [
    "two leases: the higher priority",
    { grants: [sampleGrant({ priority: 9, powerW: kW(300) }), sampleGrant()] },
    "lease",
    300e3,
  ],
  [
    "two leases of one priority: the newer",
    { grants: [sampleGrant({ sequence: 2, powerW: kW(400) }), sampleGrant()] },
    "lease",
    400e3,
  ],
  [
    "a lease that has not begun",
    { grants: [sampleGrant({ notBeforeMonotonicMs: MonotonicMs(hours(1)) })] },
    "site-default",
    0,
  ],
  [
    "a lease and a lease limit",
    { grants: [sampleGrant(), sampleGrant({ kind: "limit", limitW: { powerWMin: W(0), powerWMax: kW(700) } })] },
    "lease",
    700e3,
  ],
  ["an emergency stop beside a lease", { grants: [sampleGrant({ kind: "estop" }), sampleGrant()] }, "stop", 0],
  [
    "manual against a lease",
    { grants: [sampleGrant()], latches: { ...noLatches, mode: "manual", manualPowerW: kW(-200) } },
    "operator",
    -200e3,
  ],
  [
    "maintenance against a lease",
    { grants: [sampleGrant()], latches: { ...noLatches, mode: "maintenance" } },
    "operator",
    0,
  ],
  [
    "a stop against all",
    {
      grants: [sampleGrant()],
      latches: { ...noLatches, mode: "manual", manualPowerW: MW(1), stop: { by: "Ana", reason: "smoke" } },
    },
    "stop",
    0,
  ],
])("who rules: %s", (_what, changes, source, commandedW) => {
  const { explanation } = settled(sampleInput(sampleImage(), changes));
  expect(explanation).toMatchObject({ source, targetW: commandedW });
});

test("a stop is at once, and no import limit starts the battery again", () => {
  const units = sampleUnits(4, { powerW: good(MW(1), fresh) });
  const image = sampleImage({ units, meterW: MW(-6) });
  const latches = { ...noLatches, stop: { by: "Ana", reason: "smoke" } };
  const { commands } = step(initialState(image), sampleInput(image, { latches }), tight);
  expect(commands.every(({ powerW, reactiveVar }) => powerW === 0 && reactiveVar === 0)).toBe(true);
});

const afterLease = (
  onExpire: Parameters<typeof sampleGrant>[0],
  forMs: number,
  changes: Partial<SiteControlConfig> = {},
) => {
  const config = { ...sampleConfig, ...changes };
  const lease = sampleGrant({ expiresMonotonicMs: MonotonicMs(30_000), ...onExpire });
  return run(sampleInput(sampleImage(), { grants: [lease] }), 30_000 + forMs, config, -250e3).explanation;
};

test.each<[string, Parameters<typeof sampleGrant>[0], number, number, Partial<SiteControlConfig>]>([
  [
    "ramps down at the lease's own rate",
    { onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(100_000) } },
    5_000,
    490e3,
    {},
  ],
  ["comes to rest", { onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(100_000) } }, 15_000, 0, {}],
  ["holds for its time", { onExpire: { action: "hold", forMs: seconds(10) } }, 9_000, 1e6, {}],
  ["then comes to rest", { onExpire: { action: "hold", forMs: seconds(10) } }, 12_000, 0, {}],
  ["does as the site's profile says: ramp", { onExpire: { action: "local" } }, 5_000, 490e3, {}],
  [
    "does as the site's profile says: follow the load",
    { onExpire: { action: "local" } },
    15_000,
    250e3,
    { fallback: { ...sampleConfig.fallback, onCloudLoss: { action: "follow-load", gridPowerW: W(0) } } },
  ],
])("when a lease runs out, the site %s", (_what, onExpire, forMs, commandedW, changes) => {
  expect(afterLease(onExpire, forMs, changes)).toMatchObject({
    source: "fallback",
    targetW: commandedW,
    leaseId: "lease-1",
  });
});

test("a lease that is withdrawn is not followed by its fallback", () => {
  const input = sampleInput(sampleImage(), {
    grants: [sampleGrant({ onExpire: { action: "hold", forMs: minutes(10) } })],
  });
  const { state } = run(input, 10_000);
  const image = sampleImage({
    monotonicMs: MonotonicMs(10_100),
    units: sampleUnits(4, { powerW: good(kW(250), fresh) }),
    meterW: MW(1),
  });
  expect(step(state, sampleInput(image), sampleConfig).explanation).toMatchObject({ source: "site-default", wishW: 0 });
});

test("an expired lease comes back only as a new one", () => {
  const lease = sampleGrant({ expiresMonotonicMs: MonotonicMs(1_000) });
  expect(run(sampleInput(sampleImage(), { grants: [lease] }), 5_000).explanation.source).toBe("fallback");
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
  const silent = plant({ breakerClosed: lost, gridOperatorLimitW: lost });
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
    { plant: plant({ gridOperatorLimitW: good({ powerWMin: W(0), powerWMax: MW(1) }, fresh) }) },
    3.9e6,
  ],
  ["an open breaker takes it all at once", { plant: plant({ breakerClosed: good(false, fresh) }) }, 0],
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
  const image = sampleImage({ units, plant: plant(), meterW: MW(4) });
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
  const limited = plant({ gridOperatorLimitW: good({ powerWMin: MW(1), powerWMax: MW(2) }, fresh) });
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

import { Celsius, Hz, hours, kW, MonotonicMs, Ms, MW, minutes, Soc, seconds, V, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good, type MeterImage, missing, type SiteImage, type UnitImage } from "../image.ts";
import { sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnits } from "../sample-site.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import { initialState, type StepOutput, step } from "../step.ts";
import { believe, type TrustMemory } from "./believe.ts";

const fresh = Ms(20);
const trust = { meterFreezeMs: seconds(10), unitFreezeMs: seconds(20), socDriftMax: 0.1, energySpeed: 1 };
const config: SiteControlConfig = { ...sampleConfig, trust };

interface Seen {
  readonly units?: (second: number) => Partial<UnitImage>;
  readonly meter?: (second: number) => Partial<MeterImage>;
  readonly terms?: Partial<SiteControlConfig["trust"]>;
}

/** Four units seen once a second for a while; what is doubted in the end, and the image that is believed. */
function watch(forS: number, { units = () => ({}), meter = () => ({}), terms = {} }: Seen) {
  let memory: TrustMemory | undefined;
  let believed: ReturnType<typeof believe> | undefined;
  const ever = new Set<string>();
  for (let second = 0; second <= forS; second++) {
    const { meter: atRest } = sampleImage();
    const image: SiteImage = sampleImage({
      units: sampleUnits(4, units(second)),
      monotonicMs: MonotonicMs(second * 1_000),
    });
    believed = believe(
      memory,
      { ...image, meter: { ...atRest, ...meter(second) } },
      { ...config, trust: { ...trust, ...terms } },
    );
    ({ memory } = believed);
    for (const { device, field } of believed.doubts) ever.add(`${device} ${field}`);
  }
  return { ever: [...ever], image: believed?.image };
}

const power = (powerW: number) => good(W(powerW), fresh);
const ramp = (second: number) => kW(10 * Math.min(second, 50));
const noisy = (second: number, around: number) => around + Math.sin(second * 12.9898) * 0.001;

test.each<[string, number, Seen, string[]]>([
  ["nothing moves and nothing is wrong", 60, {}, []],
  [
    "a meter that stands still while the units move",
    20,
    { units: (second) => ({ powerW: power(ramp(second)) }) },
    ["meter powerW", "meter frequencyHz"],
  ],
  [
    "a battery that follows the load holds the meter's power still, but not its frequency",
    60,
    {
      units: (second) => ({ powerW: power(ramp(second)) }),
      meter: (second) => ({ frequencyHz: good(Hz(noisy(second, 50)), fresh) }),
    },
    [],
  ],
  [
    "a unit that stands at 0 with a set-point of half a megawatt",
    25,
    { units: () => ({ setpointW: power(500e3) }) },
    ["unit-1 powerW", "unit-2 powerW", "unit-3 powerW", "unit-4 powerW"],
  ],
  [
    "a unit that lags its set-point by 5 %",
    60,
    { units: () => ({ powerW: power(450e3), setpointW: power(500e3) }) },
    [],
  ],
  [
    "a unit that cannot follow but measures",
    60,
    { units: (second) => ({ powerW: power(noisy(second, 200e3)), setpointW: power(500e3) }) },
    [],
  ],
  [
    "a unit that answers 4 MW where it is made for one",
    1,
    { units: () => ({ powerW: power(4e6) }) },
    ["unit-1 powerW", "unit-2 powerW", "unit-3 powerW", "unit-4 powerW"],
  ],
  ["a meter that shows a gigawatt", 1, { meter: () => ({ powerW: power(1e9) }) }, ["meter powerW"]],
  ["a frequency of 0", 1, { meter: () => ({ frequencyHz: good(Hz(0), fresh) }) }, ["meter frequencyHz"]],
  [
    "a temperature that jumps",
    30,
    { units: (second) => ({ temperatureC: good(Celsius(second === 20 ? 90 : 25), fresh) }) },
    ["unit-1 temperatureC", "unit-2 temperatureC", "unit-3 temperatureC", "unit-4 temperatureC"],
  ],
  [
    "a meter that shows what the site cannot be, where it says how much there is",
    10,
    { meter: () => ({ powerW: power(-6e6) }), terms: { restOfSiteWMax: MW(1) } },
    ["meter powerW"],
  ],
  ["the same where the site does not say", 10, { meter: () => ({ powerW: power(-6e6) }) }, []],
  ...(
    [
      [3.3, 3.2, 3.4, 4],
      [3.2, 3.3, 3.4, 0],
      [3.2, 3.201, 3.2, 0],
    ] as const
  ).map(([min, mean, max, doubted]): [string, number, Seen, string[]] => [
    `cells of ${min}, ${mean} and ${max} V`,
    1,
    {
      units: () => ({
        cellVoltageVMin: good(V(min), fresh),
        cellVoltageVMean: good(V(mean), fresh),
        cellVoltageVMax: good(V(max), fresh),
      }),
    },
    ["unit-1 allowances", "unit-2 allowances", "unit-3 allowances", "unit-4 allowances"].slice(0, doubted),
  ]),
])("%s", (_what, forS, seen, doubted) => {
  expect(watch(forS, seen).ever).toEqual(doubted);
});

/** A megawatt out of two megawatt-hours for so long: half an hour takes a quarter. */
const discharging = (socAt: (second: number) => number) => (second: number) => ({
  powerW: power(1e6),
  setpointW: power(1e6),
  soc: good(Soc(socAt(second)), fresh),
});

test.each<[string, (second: number) => number, boolean]>([
  ["falls as the energy goes out", (second) => 0.9 - second / 7_200, false],
  ["falls faster, with losses and a faded capacity", (second) => 0.9 - (1.3 * second) / 7_200, false],
  ["stands still", () => 0.9, true],
  ["rises instead", (second) => 0.5 + second / 7_200, true],
  ["jumps by 30 points", (second) => (second < 600 ? 0.9 : 0.6) - second / 7_200, true],
  ["corrects itself by 5 points", (second) => (second < 600 ? 0.9 : 0.85) - second / 7_200, false],
])("a state of charge that %s", (_what, socAt, isDoubted) => {
  const { ever } = watch(minutes(45) / 1e3, { units: discharging(socAt) });
  expect(ever).toEqual(isDoubted ? ["unit-1 soc", "unit-2 soc", "unit-3 soc", "unit-4 soc"] : []);
});

test("on a simulated site whose energy runs 60 times as fast, the same is right", () => {
  const units = discharging((second) => 0.95 - (Math.min(second, 90) * 60) / 7_200);
  const seen = { units: (second: number) => ({ ...units(second), ...(second > 90 && { powerW: power(0) }) }) };
  expect(
    watch(hours(0.1) / 1e3, { ...seen, terms: { energySpeed: 60 } }).ever.filter((doubted) => doubted.endsWith("soc")),
  ).toEqual([]);
  expect(watch(hours(0.1) / 1e3, seen).ever.filter((doubted) => doubted.endsWith("soc"))).toHaveLength(4);
});

test("what is doubted is missing, with its cause; when the meter moves again it is believed", () => {
  const seen = (stuckUntil: number): Seen => ({
    units: (second) => ({ powerW: power(ramp(second)) }),
    meter: (second) => ({ powerW: power(second < stuckUntil ? 0 : 4 * ramp(second)) }),
  });
  expect(watch(20, seen(60)).image?.meter.powerW).toMatchObject({
    quality: "missing",
    cause: "it has not changed for 20 s while the units moved by 0.80 MW",
  });
  expect(watch(20, seen(18)).image?.meter.powerW.quality).toBe("good");
});

test("a unit that does not follow loses its share to the others, and the alarm says why", () => {
  let state = initialState(sampleImage());
  let output: StepOutput | undefined;
  let told = [0, 0, 0, 0];
  for (let second = 0; second <= 40; second++) {
    const units = sampleUnits(4).map((unit, index) => ({
      ...unit,
      powerW: power(index === 0 ? 0 : (told[index] ?? 0)),
      setpointW: power(told[index] ?? 0),
    }));
    const meterW = W(units.reduce((sum, unit) => sum + (unit.powerW.quality === "good" ? unit.powerW.value : 0), 0));
    const image = sampleImage({ units, meterW, monotonicMs: MonotonicMs(second * 1_000) });
    output = step(state, sampleInput(image, { grants: [sampleGrant({ powerW: MW(2) })] }), config);
    ({ state } = output);
    told = output.commands.map(({ powerW }) => powerW);
  }
  expect(told).toEqual([0, 666_667, 666_667, 666_666]);
  expect(output?.explanation.alarms).toMatchObject([
    { code: "reading-doubted", text: expect.stringContaining("unit-1 powerW is not believed: stands at 0.0 kW for 2") },
  ]);
});

/** Cycles of 100 ms of a meter that shows what it is told to; in which of them power and frequency are not believed. */
function doubtedCycles(shows: (cycle: number) => Partial<MeterImage>, cycles: number, terms = trust) {
  let memory: TrustMemory | undefined;
  const doubted: [cycle: number, field: string][] = [];
  for (let cycle = 0; cycle < cycles; cycle++) {
    const image = sampleImage({ monotonicMs: MonotonicMs(cycle * 100) });
    const seen = {
      ...image,
      meter: { ...image.meter, frequencyHz: good(Hz(noisy(cycle, 50)), fresh), ...shows(cycle) },
    };
    const believed = believe(memory, seen, { ...config, trust: terms });
    ({ memory } = believed);
    for (const { field } of believed.doubts) doubted.push([cycle, field]);
    if (believed.doubts.length > 0)
      expect(believed.image.meter[believed.doubts[0]?.field as "powerW"].quality).toBe("missing");
  }
  return doubted;
}

const leap = (from: number, to: number, value: number, otherwise: number) => (cycle: number) =>
  cycle >= from && cycle < to ? value : otherwise;

test.each<[what: string, shows: (cycle: number) => Partial<MeterImage>, doubted: [number, string][]]>([
  // Four units of 1.1 MVA behind 10 MW either way: 28.8 MW at once cannot be.
  ["one reading of 40 MW", (cycle) => ({ powerW: power(leap(5, 6, 40e6, 1e6)(cycle)) }), [[5, "powerW"]]],
  [
    "two of them",
    (cycle) => ({ powerW: power(leap(5, 7, -40e6, 0)(cycle)) }),
    [
      [5, "powerW"],
      [6, "powerW"],
    ],
  ],
  ["a whole site that trips at once", (cycle) => ({ powerW: power(leap(5, 99, 0, 14e6)(cycle)) }), []],
  [
    "a frequency of 45 Hz for a moment",
    (cycle) => ({ frequencyHz: good(Hz(leap(5, 6, 45, 50)(cycle)), fresh) }),
    [[5, "frequencyHz"]],
  ],
  ["the step of an acceptance test", (cycle) => ({ frequencyHz: good(Hz(leap(5, 99, 48.75, 50)(cycle)), fresh) }), []],
])("%s at the meter", (_what, shows, doubted) => {
  expect(doubtedCycles(shows, 20)).toEqual(doubted);
});

test("what the meter stands by for a second is believed, however far it leapt", () => {
  const doubted = doubtedCycles((cycle) => ({ powerW: power(leap(5, 99, 45e6, 0)(cycle)) }), 40);
  expect(doubted.map(([cycle]) => cycle)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});

test("after three seconds without a reading anything may be so", () => {
  const silent = missing("no answer");
  const doubted = doubtedCycles((cycle) => ({ powerW: cycle < 5 ? power(0) : cycle < 40 ? silent : power(45e6) }), 60);
  expect(doubted).toEqual([]);
});

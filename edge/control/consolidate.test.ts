import { Rng } from "@penstock/protocol/rng";
import { kW, MonotonicMs, Ms, MW, Soc, seconds, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good } from "./image.ts";
import { sampleConfig, sampleGrant, sampleImage, sampleInput, sampleUnits } from "./sample-site.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { initialState, type StepOutput, step } from "./step.ts";

const fresh = Ms(20);
const config: SiteControlConfig = {
  ...sampleConfig,
  minimumLoad: { restBelow: 0.05, resumeAbove: 0.12, settleMs: seconds(10) },
};

/** Four units of 1 MW that do as they are told; one output a second. */
function play(wishes: (second: number) => number, forS: number, socs: readonly number[] = [0.5, 0.5, 0.5, 0.5]) {
  const outputs: StepOutput[] = [];
  let powers = [0, 0, 0, 0];
  let state = initialState(sampleImage());
  for (let second = 0; second <= forS; second++) {
    const units = sampleUnits(4).map((unit, index) => ({
      ...unit,
      powerW: good(W(powers[index] ?? 0), fresh),
      soc: good(Soc(socs[index] ?? 0.5), fresh),
    }));
    const meterW = W(powers.reduce((sum, powerW) => sum + powerW, 0));
    const image = sampleImage({ units, meterW, monotonicMs: MonotonicMs(second * 1_000) });
    const output = step(state, sampleInput(image, { grants: [sampleGrant({ powerW: W(wishes(second)) })] }), config);
    ({ state } = output);
    powers = output.commands.map(({ powerW }) => powerW);
    outputs.push(output);
  }
  return outputs;
}

const working = ({ commands }: StepOutput) => commands.filter(({ powerW }) => powerW !== 0).length;
const workingAfter = (wishes: (second: number) => number, forS: number) => {
  const last = play(wishes, forS).at(-1);
  return last && [working(last), last.explanation.targetW];
};

test.each<[string, (second: number) => number, number, [number, number]]>([
  ["400 kW are worth four units", () => 400e3, 60, [4, 400e3]],
  ["100 kW are not: two carry them at 5 %", () => 100e3, 60, [2, 100e3]],
  ["30 kW leave one", () => 30e3, 60, [1, 30e3]],
  ["charging is the same", () => -30e3, 60, [1, -30e3]],
  ["before it has been so for a while nobody rests", () => 30e3, 8, [4, 30e3]],
  ["a wish that grows wakes as many as are worth it", (second) => (second < 60 ? 30e3 : 300e3), 70, [2, 300e3]],
  ["and all when all are needed, at once", (second) => (second < 60 ? 30e3 : 4e6), 95, [4, 4e6]],
  ["a wish for nothing changes nothing", (second) => (second < 60 ? 30e3 : 0), 70, [0, 0]],
])("%s", (_what, wishes, forS, expected) => {
  expect(workingAfter(wishes, forS)).toEqual(expected);
});

test("the sum is exact in every cycle, and a unit at rest is named", () => {
  const outputs = play((second) => (second < 30 ? 30e3 : 600e3), 40);
  for (const { commands, explanation } of outputs) {
    expect(commands.reduce((sum, { powerW }) => sum + powerW, 0)).toBe(explanation.targetW);
  }
  expect(outputs[25]?.explanation.units).toMatchObject([
    { unitId: "unit-2", powerW: 0, because: "rests: there is too little to do for all" },
    { unitId: "unit-3" },
    { unitId: "unit-4" },
  ]);
});

test("a wish that wavers round a threshold does not switch units on and off", () => {
  const rng = new Rng("waver");
  for (const middleW of [100e3, 200e3, 240e3, 480e3]) {
    const outputs = play(() => middleW * rng.between(0.9, 1.1), 600);
    const changes = outputs.filter((output, index) => {
      const before = outputs[index - 1]?.state.resting.units;
      return index > 60 && JSON.stringify(before) !== JSON.stringify(output.state.resting.units);
    });
    expect(changes.length).toBeLessThanOrEqual(2);
  }
});

test("the fuller unit carries a discharge, the emptier a charge", () => {
  const carries = (powerW: number) =>
    play(() => powerW, 60, [0.4, 0.7, 0.5, 0.3])
      .at(-1)
      ?.commands.find((command) => command.powerW !== 0)?.unitId;
  expect([carries(30e3), carries(-30e3)]).toEqual(["unit-2", "unit-4"]);
});

test("when the unit that carries it trips, another wakes in the same cycle", () => {
  const before = play(() => 30e3, 60).at(-1);
  if (before === undefined) throw new Error("nothing was played");
  const carrier = before.commands.findIndex(({ powerW }) => powerW !== 0);
  const units = sampleUnits(4).map((unit, index) =>
    index === carrier ? { ...unit, state: good("fault" as const, fresh) } : { ...unit, powerW: good(kW(0), fresh) },
  );
  const image = sampleImage({ units, monotonicMs: MonotonicMs(61_000) });
  const after = step(before.state, sampleInput(image, { grants: [sampleGrant({ powerW: kW(30) })] }), config);
  expect(after.explanation.targetW).toBe(30e3);
  expect(after.commands[carrier]?.powerW).toBe(0);
});

test("whatever is wished, nobody works beyond what it can and the sum is what it would be with all at work", () => {
  const rng = new Rng("consolidation");
  const free = { ...config };
  delete (free as { minimumLoad?: unknown }).minimumLoad;
  for (let round = 0; round < 100; round++) {
    const units = sampleUnits(rng.integer(1, 9)).map((unit) => ({
      ...unit,
      soc: good(Soc(rng.uniform()), fresh),
      dischargeWMax: good(W(rng.between(0, 1e6)), fresh),
      state: good(rng.chance(0.9) ? ("running" as const) : ("fault" as const), fresh),
    }));
    let [state, freeState] = [initialState(sampleImage({ units })), initialState(sampleImage({ units }))];
    for (let second = 1; second <= 40; second++) {
      const grants = [sampleGrant({ powerW: W(rng.between(-0.3e6, 0.3e6)) })];
      const input = sampleInput(sampleImage({ units, monotonicMs: MonotonicMs(second * 1_000) }), { grants });
      const output = step(state, input, config);
      const freely = step(freeState, input, free);
      expect(output.explanation.targetW).toBe(freely.explanation.targetW);
      ({ state } = output);
      freeState = freely.state;
    }
  }
});

test("with vars first, power gets what the circle leaves; with power first, vars do", () => {
  const grants = [sampleGrant({ powerW: MW(4), reactiveVar: 3.2e6 as never })];
  const last = (inverterPriority: "active" | "reactive") => {
    let state = initialState(sampleImage());
    let output: StepOutput | undefined;
    for (let atMs = 0; atMs <= 20_000; atMs += 100) {
      const input = sampleInput(sampleImage({ monotonicMs: MonotonicMs(atMs) }), { grants });
      output = step(state, input, { ...sampleConfig, inverterPriority });
      ({ state } = output);
    }
    const sum = (pick: (command: StepOutput["commands"][number]) => number) =>
      output?.commands.reduce((total, command) => total + pick(command), 0);
    return { output, powerW: sum(({ powerW }) => powerW), reactiveVar: sum(({ reactiveVar }) => reactiveVar) };
  };
  // Four inverters of 1.1 MVA: √(1.1² − 1.0²) = 0.458 Mvar each beside full power, √(1.1² − 0.8²) = 0.755 MW beside 0.8 Mvar.
  expect(last("active")).toMatchObject({ powerW: 4e6, reactiveVar: 4 * 458_257 });
  const reactive = last("reactive");
  expect(reactive).toMatchObject({ powerW: 4 * 754_983, reactiveVar: 3.2e6 });
  expect(reactive.output?.explanation.because).toMatchObject([{ limit: "apparent-power" }]);
});

import { Hz, MonotonicMs, Ms, W } from "@penstock/protocol/units";
import { type AgcSignal, good, type Reading } from "../image.ts";
import { samplePlant } from "../sample-run.ts";
import { sampleConfig } from "../sample-site.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import { initialState, type StepOutput, step } from "../step.ts";
import type { StepInput } from "../step-types.ts";
import type { CurveRule, SwitchedRule } from "./rule.ts";
import type { Service } from "./service.ts";

/** For tests: a contract. */
export const curveService = (name: string, contractedW: W, rule: CurveRule): Service => ({
  type: "curve",
  name,
  contractedW,
  rule,
});

export const switchedService = (name: string, contractedW: W, rule: SwitchedRule): Service => ({
  type: "switched",
  name,
  contractedW,
  rule,
});

export const withServices = (...contracts: readonly Service[]): SiteControlConfig => ({
  ...sampleConfig,
  services: { contracts, actuationMs: Ms(100) },
});

export interface Moment {
  readonly atMs: number;
  readonly output: StepOutput;
  readonly powerW: number;
}

/** What else goes on. */
export interface SampleWorld {
  /** At the meter beside the batteries, + export. */
  readonly restWAt?: (atMs: number) => number;
  readonly agcAt?: (atMs: number) => Reading<AgcSignal>;
}

/**
 * Cycles of 100 ms of a site whose units do at once what they are told, while frequency goes as `hzAt` says. It is
 * read right after each cycle, as on a site, so a cycle sees what was so 100 ms before.
 */
export function runServices(
  input: StepInput,
  config: SiteControlConfig,
  forMs: number,
  hzAt: (atMs: number) => number | Reading<Hz>,
  world: SampleWorld = {},
): Moment[] {
  let state = initialState(input.image);
  let { units } = input.image;
  const moments: Moment[] = [];
  for (let atMs = 0; atMs <= forMs; atMs += 100) {
    const batteryW = units.reduce((sum, { powerW }) => sum + (powerW.quality === "missing" ? 0 : powerW.value), 0);
    const hz = hzAt(Math.max(0, atMs - 100));
    const frequencyHz = typeof hz === "number" ? good(Hz(hz), Ms(100)) : hz;
    const restW = world.restWAt?.(atMs) ?? 0;
    const meter = { ...input.image.meter, powerW: good(W(batteryW + restW), Ms(20)), frequencyHz };
    const plant = world.agcAt === undefined ? input.image.plant : samplePlant({ agc: world.agcAt(atMs) });
    const image = { ...input.image, monotonicMs: MonotonicMs(atMs), units, meter, plant };
    const output = step(state, { ...input, image }, config);
    ({ state } = output);
    units = units.map((unit, index) => ({ ...unit, powerW: good(output.commands[index]?.powerW ?? W(0), Ms(20)) }));
    moments.push({ atMs, output, powerW: output.explanation.targetW });
  }
  return moments;
}

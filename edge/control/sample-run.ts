import { Celsius, kW, MonotonicMs, Ms, W } from "@penstock/protocol/units";
import { good, type PlantImage } from "./image.ts";
import { sampleConfig } from "./sample-site.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { initialState, type StepOutput, step } from "./step.ts";
import type { StepInput } from "./step-types.ts";

const fresh = Ms(20);

/** Cycles of 100 ms in which every unit does what it is told and the meter sees it; ends with the last cycle's answer. */
export function run(input: StepInput, forMs: number, config: SiteControlConfig = sampleConfig, restW = 0): StepOutput {
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
export const settled = (input: StepInput, config?: SiteControlConfig, restW?: number) =>
  run(input, 60_000, config, restW);

/** A plant controller with nothing to say against power. */
export const samplePlant = (changes: Partial<PlantImage> = {}): PlantImage => ({
  breakerClosed: good(true, fresh),
  transformerTemperatureC: good(Celsius(60), fresh),
  gridOperatorLimitW: good({ powerWMin: W(-Infinity), powerWMax: W(Infinity) }, fresh),
  ...changes,
});

/** A connection that a site of 4 MW soon meets. */
export const tightConfig: SiteControlConfig = {
  ...sampleConfig,
  connection: { exportWMax: kW(800), importWMax: kW(600), marginW: W(0), withoutMeterW: kW(200) },
};

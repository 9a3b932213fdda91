import { fail, ok } from "@penstock/protocol/result";
import { Hz, Ms, V, Var, W, Wh } from "@penstock/protocol/units";
import type { MeterDriver } from "./driver.ts";
import { NO_BLOCK, pointGroup } from "./point-group.ts";
import { readingOf } from "./reading.ts";
import { sunspecModel } from "./sunspec-model.ts";

/**
 * Three-phase wye meters: SunSpec model 213 (float32), else 203 (integers with scale factors). SunSpec counts
 * export as its transformers look; `sign` in the configuration turns a meter that looks the other way.
 */
export const sunspecMeter: MeterDriver = {
  kind: "meter",
  name: "sunspec-meter",

  plan(map) {
    const plans = [FLOAT.plan(map), INTEGER.plan(map)];
    if (plans.every((plan) => plan.count === 0)) return fail({ code: "device.model-missing", models: "213 or 203" });
    // One layout is enough, and the float one has the finer steps.
    return ok(plans[0]?.count === 0 ? plans : plans.slice(0, 1));
  },

  image(meter, blocks, view) {
    const [float = NO_BLOCK, integer = NO_BLOCK] = blocks;
    const isInteger = float.registers.length === 0;
    const block = isInteger ? integer : float;
    const values = isInteger ? INTEGER.decode(integer) : FLOAT.decode(float);
    const { sign } = meter;
    // acc32: 0 stands for "not accumulated" too. A new meter that has counted nothing is believed.
    const exported = isInteger && Number.isNaN(values.exportedWh) ? 0 : values.exportedWh;
    const imported = isInteger && Number.isNaN(values.importedWh) ? 0 : values.importedWh;
    return {
      powerW: readingOf(W(sign * values.powerW), block, view),
      reactiveVar: readingOf(Var(sign * values.reactiveVar), block, view),
      frequencyHz: readingOf(Hz(values.frequencyHz), block, view),
      voltageV: readingOf(V(values.voltageV), block, view),
      exportedWh: readingOf(Wh(sign === 1 ? exported : imported), block, view),
      importedWh: readingOf(Wh(sign === 1 ? imported : exported), block, view),
    };
  },
};

const POINTS = {
  powerW: "W",
  reactiveVar: "VAR",
  frequencyHz: "Hz",
  voltageV: "PhV",
  exportedWh: "TotWhExp",
  importedWh: "TotWhImp",
} as const;

const FLOAT = pointGroup(sunspecModel(213), POINTS, Ms(0));
const INTEGER = pointGroup(sunspecModel(203), POINTS, Ms(0));

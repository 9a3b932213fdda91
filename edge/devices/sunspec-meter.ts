import { fail, ok } from "@penstock/protocol/result";
import { Hz, Ms, V, Var, W, Wh } from "@penstock/protocol/units";
import type { Block, MeterDriver } from "./driver.ts";
import { identityPlan } from "./identity-plan.ts";
import { found, oddity } from "./plausibility.ts";
import { pointLayouts } from "./point-group.ts";
import { readingOf } from "./reading.ts";

/**
 * SunSpec meters: 211 to 214 (float32), else 201 to 204 (integers with scale factors); single-phase, split-phase,
 * wye and delta share a layout. SunSpec counts export as its transformers look; `sign` in the configuration turns
 * a meter that looks the other way.
 */
export const sunspecMeter: MeterDriver = {
  kind: "meter",
  name: "sunspec-meter",

  plan(map) {
    const plans = LAYOUTS.plans(map);
    return plans === undefined
      ? fail({ code: "device.model-missing", models: "211 to 214 or 201 to 204" })
      : ok([...plans, identityPlan(map)]);
  },

  image(meter, blocks, view) {
    const { modelId, group, block } = LAYOUTS.read(blocks);
    const values = group.decode(block);
    const { sign } = meter;
    // acc32: 0 stands for "not accumulated" too. A new meter that has counted nothing is believed.
    const exported = isInteger(modelId) && Number.isNaN(values.exportedWh) ? 0 : values.exportedWh;
    const imported = isInteger(modelId) && Number.isNaN(values.importedWh) ? 0 : values.importedWh;
    // A delta has no neutral: its phase voltage is reckoned from the line voltage.
    const voltageV = Number.isNaN(values.voltageV) ? values.lineVoltageV / Math.sqrt(3) : values.voltageV;
    return {
      powerW: readingOf(W(sign * values.powerW), block, view),
      reactiveVar: readingOf(Var(sign * values.reactiveVar), block, view),
      frequencyHz: readingOf(Hz(values.frequencyHz), block, view),
      voltageV: readingOf(V(voltageV), block, view),
      exportedWh: readingOf(Wh(sign === 1 ? exported : imported), block, view),
      importedWh: readingOf(Wh(sign === 1 ? imported : exported), block, view),
    };
  },

  lint(_meter, blocks) {
    const { modelId, group, block } = LAYOUTS.read(blocks);
    const { frequencyHz } = group.decode(block);
    const swapped = isInteger(modelId) ? Number.NaN : group.decode(withWordsExchanged(block)).frequencyHz;
    // Zero is a grid that is off, and no oddity; 50 Hz with its words exchanged is next to nothing.
    return frequencyHz === 0 ? [] : found(oddity("Hz", frequencyHz, { min: 1, max: 70 }, { swapped }));
  },
};

/** The float ones first: their steps are finer. */
const LAYOUTS = pointLayouts(
  [213, 214, 212, 211, 203, 204, 202, 201],
  {
    powerW: "W",
    reactiveVar: "VAR",
    frequencyHz: "Hz",
    voltageV: "PhV",
    lineVoltageV: "PPV",
    exportedWh: "TotWhExp",
    importedWh: "TotWhImp",
  },
  Ms(0),
);

const isInteger = (modelId: number): boolean => modelId < 210;

function withWordsExchanged(block: Block): Block {
  const registers = block.registers.map((_, i) => block.registers[i ^ 1] ?? 0);
  return { ...block, registers, decoded: undefined, isDecoded: false };
}

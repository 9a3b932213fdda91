import type { Model, PointRow } from "./model.ts";

/** Model 213: a three-phase wye meter in float32. 211, 212 and 214 have the same layout. */
export const floatMeter: Model = {
  id: 213,
  length: 124,
  points: [
    ...floats(2, ["A", "AphA", "AphB", "AphC"]),
    ...floats(10, ["PhV", "PhVphA", "PhVphB", "PhVphC"]),
    ...floats(18, ["PPV", "PPVphAB", "PPVphBC", "PPVphCA"]),
    ...floats(26, ["Hz"]),
    ...floats(28, ["W", "WphA", "WphB", "WphC"]),
    ...floats(36, ["VA", "VAphA", "VAphB", "VAphC"]),
    ...floats(44, ["VAR", "VARphA", "VARphB", "VARphC"]),
    ...floats(52, ["PF", "PFphA", "PFphB", "PFphC"]),
    ...floats(60, ["TotWhExp", "TotWhExpPhA", "TotWhExpPhB", "TotWhExpPhC"]),
    ...floats(68, ["TotWhImp", "TotWhImpPhA", "TotWhImpPhB", "TotWhImpPhC"]),
    ...floats(76, ["TotVAhExp", "TotVAhExpPhA", "TotVAhExpPhB", "TotVAhExpPhC"]),
    ...floats(84, ["TotVAhImp", "TotVAhImpPhA", "TotVAhImpPhB", "TotVAhImpPhC"]),
    ...floats(92, ["TotVArhImpQ1", "TotVArhImpQ1phA", "TotVArhImpQ1phB", "TotVArhImpQ1phC"]),
    ...floats(100, ["TotVArhImpQ2", "TotVArhImpQ2phA", "TotVArhImpQ2phB", "TotVArhImpQ2phC"]),
    ...floats(108, ["TotVArhExpQ3", "TotVArhExpQ3phA", "TotVArhExpQ3phB", "TotVArhExpQ3phC"]),
    ...floats(116, ["TotVArhExpQ4", "TotVArhExpQ4phA", "TotVArhExpQ4phB", "TotVArhExpQ4phC"]),
    [124, "Evt", "bitfield32"],
  ],
};

function floats(offset: number, names: readonly string[]): PointRow[] {
  return names.map((name, index) => [offset + 2 * index, name, "float32"]);
}

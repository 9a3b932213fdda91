import type { Model, PointRow } from "./model.ts";

const quantities = [
  ...["A", "AphA", "AphB", "AphC", "PPVphAB", "PPVphBC", "PPVphCA", "PhVphA", "PhVphB", "PhVphC"],
  ...["W", "Hz", "VA", "VAr", "PF", "WH", "DCA", "DCV", "DCW", "TmpCab", "TmpSnk", "TmpTrns", "TmpOt"],
];

/** Model 113: what an older three-phase inverter measures, in float32. */
export const legacyFloatInverter: Model = {
  id: 113,
  length: 60,
  points: [
    ...quantities.map((name, index): PointRow => [2 + 2 * index, name, "float32"]),
    [48, "St", "enum16"],
    [49, "StVnd", "enum16"],
    [50, "Evt1", "bitfield32"],
    [52, "Evt2", "bitfield32"],
    [54, "EvtVnd1", "bitfield32"],
    [56, "EvtVnd2", "bitfield32"],
    [58, "EvtVnd3", "bitfield32"],
    [60, "EvtVnd4", "bitfield32"],
  ],
};

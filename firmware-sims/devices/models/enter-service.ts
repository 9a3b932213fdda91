import type { Model } from "./model.ts";

/** Model 703: when and how a unit comes back to the grid. */
export const enterService: Model = {
  id: 703,
  length: 17,
  points: [
    [2, "ES", "enum16"],
    [3, "ESVHi", "uint16", "V_SF"],
    [4, "ESVLo", "uint16", "V_SF"],
    [5, "ESHzHi", "uint32", "Hz_SF"],
    [7, "ESHzLo", "uint32", "Hz_SF"],
    [9, "ESDlyTms", "uint32"],
    [11, "ESRndTms", "uint32"],
    [13, "ESRmpTms", "uint32"],
    [15, "ESDlyRemTms", "uint32"],
    [17, "V_SF", "sunssf"],
    [18, "Hz_SF", "sunssf"],
  ],
};

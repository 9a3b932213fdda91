import type { Model } from "./model.ts";

/** Model 122: connections, lifetime counters, what is available now. */
export const extendedStatus: Model = {
  id: 122,
  length: 44,
  points: [
    [2, "PVConn", "bitfield16"],
    [3, "StorConn", "bitfield16"],
    [4, "ECPConn", "bitfield16"],
    [5, "ActWh", "acc64"],
    [9, "ActVAh", "acc64"],
    [13, "ActVArhQ1", "acc64"],
    [17, "ActVArhQ2", "acc64"],
    [21, "ActVArhQ3", "acc64"],
    [25, "ActVArhQ4", "acc64"],
    [29, "VArAval", "int16", "VArAval_SF"],
    [30, "VArAval_SF", "sunssf"],
    [31, "WAval", "uint16", "WAval_SF"],
    [32, "WAval_SF", "sunssf"],
    [33, "StSetLimMsk", "bitfield32"],
    [35, "StActCtl", "bitfield32"],
    [37, "TmSrc", "string4"],
    [41, "Tms", "uint32"],
    [43, "RtSt", "bitfield16"],
    [44, "Ris", "uint16", "Ris_SF"],
    [45, "Ris_SF", "sunssf"],
  ],
};

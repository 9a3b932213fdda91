import type { Model } from "./model.ts";

/** Model 713: how much energy is in there. */
export const storageCapacity: Model = {
  id: 713,
  length: 7,
  points: [
    [2, "WHRtg", "uint16", "WH_SF"],
    [3, "WHAvail", "uint16", "WH_SF"],
    [4, "SoC", "uint16", "Pct_SF"],
    [5, "SoH", "uint16", "Pct_SF"],
    [6, "Sta", "enum16"],
    [7, "WH_SF", "sunssf"],
    [8, "Pct_SF", "sunssf"],
  ],
};

/** Model 714 with one port: what happens on the DC side. Positive current and power leave the battery. */
export const dcMeasurement: Model = {
  id: 714,
  length: 43,
  points: [
    [2, "PrtAlrms", "bitfield32"],
    [4, "NPrt", "uint16"],
    [5, "DCA", "int16", "DCA_SF"],
    [6, "DCW", "int16", "DCW_SF"],
    [7, "DCWhInj", "uint64", "DCWH_SF"],
    [11, "DCWhAbs", "uint64", "DCWH_SF"],
    [15, "DCA_SF", "sunssf"],
    [16, "DCV_SF", "sunssf"],
    [17, "DCW_SF", "sunssf"],
    [18, "DCWH_SF", "sunssf"],
    [19, "Tmp_SF", "sunssf"],
    [20, "Prt.PrtTyp", "enum16"],
    [21, "Prt.ID", "uint16"],
    [22, "Prt.IDStr", "string8"],
    [30, "Prt.DCA", "int16", "DCA_SF"],
    [31, "Prt.DCV", "uint16", "DCV_SF"],
    [32, "Prt.DCW", "int16", "DCW_SF"],
    [33, "Prt.DCWhInj", "uint64", "DCWH_SF"],
    [37, "Prt.DCWhAbs", "uint64", "DCWH_SF"],
    [41, "Prt.Tmp", "int16", "Tmp_SF"],
    [42, "Prt.DCSta", "enum16"],
    [43, "Prt.DCAlrm", "bitfield32"],
  ],
};

/** Model 715: who is in charge, and the two heartbeats that prove both are awake. */
export const unitControl: Model = {
  id: 715,
  length: 7,
  points: [
    [2, "LocRemCtl", "enum16"],
    [3, "DERHb", "uint32"],
    [5, "ControllerHb", "uint32"],
    [7, "AlarmReset", "uint16"],
    [8, "OpCtl", "enum16"],
  ],
};

import type { Model } from "./model.ts";

/** Model 1: who this device is. */
export const common: Model = {
  id: 1,
  length: 66,
  points: [
    [2, "Mn", "string16"],
    [18, "Md", "string16"],
    [34, "Opt", "string8"],
    [42, "Vr", "string8"],
    [50, "SN", "string16"],
    [66, "DA", "uint16"],
    [67, "Pad", "pad"],
  ],
};

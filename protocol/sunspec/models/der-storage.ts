import { defineModel } from "../define-model.ts";

/** SunSpec model 713: DER storage capacity. */
export const derStorage = defineModel(
  713,
  `
  at  point    type    scale   unit  access
  2   WHRtg    uint16  WH_SF   WH    r
  3   WHAvail  uint16  WH_SF   WH    r
  4   SoC      uint16  Pct_SF  Pct   r
  5   SoH      uint16  Pct_SF  Pct   r
  6   Sta      enum16  -       -     r
  7   WH_SF    sunssf  -       -     r
  8   Pct_SF   sunssf  -       -     r
  `,
);

import { defineModel } from "../define-model.ts";

/** SunSpec model 703: DER enter service. */
export const derEnterService = defineModel(
  703,
  `
  at  point        type    scale  unit  access
  2   ES           enum16  -      -     rw
  3   ESVHi        uint16  V_SF   Pct   rw
  4   ESVLo        uint16  V_SF   Pct   rw
  5   ESHzHi       uint32  Hz_SF  Hz    rw
  7   ESHzLo       uint32  Hz_SF  Hz    rw
  9   ESDlyTms     uint32  -      Secs  rw
  11  ESRndTms     uint32  -      Secs  rw
  13  ESRmpTms     uint32  -      Secs  rw
  15  ESDlyRemTms  uint32  -      Secs  r
  17  V_SF         sunssf  -      -     r
  18  Hz_SF        sunssf  -      -     r
  `,
);

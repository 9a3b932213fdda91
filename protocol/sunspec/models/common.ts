import { defineModel } from "../define-model.ts";

/** SunSpec model 1: common. */
export const common = defineModel(
  1,
  `
  at  point  type      scale  unit  access
  2   Mn     string16  -      -     r
  18  Md     string16  -      -     r
  34  Opt    string8   -      -     r
  42  Vr     string8   -      -     r
  50  SN     string16  -      -     r
  66  DA     uint16    -      -     rw
  67  Pad    pad       -      -     r
  `,
);

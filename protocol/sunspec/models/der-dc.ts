import { defineModel } from "../define-model.ts";

/** SunSpec model 714: DER DC measurement, one block a port. */
export const derDc = defineModel(
  714,
  `
  at  point     type        scale    unit  access
  2   PrtAlrms  bitfield32  -        -     r
  4   NPrt      uint16      -        -     r
  5   DCA       int16       DCA_SF   A     r
  6   DCW       int16       DCW_SF   W     r
  7   DCWhInj   uint64      DCWH_SF  Wh    r
  11  DCWhAbs   uint64      DCWH_SF  Wh    r
  15  DCA_SF    sunssf      -        -     r
  16  DCV_SF    sunssf      -        -     r
  17  DCW_SF    sunssf      -        -     r
  18  DCWH_SF   sunssf      -        -     r
  19  Tmp_SF    sunssf      -        -     r
  `,
  {
    name: "Prt",
    countPoint: "NPrt",
    table: `
    at  point    type        scale    unit  access
    0   PrtTyp   enum16      -        -     r
    1   ID       uint16      -        -     r
    2   IDStr    string8     -        -     r
    10  DCA      int16       DCA_SF   A     r
    11  DCV      uint16      DCV_SF   V     r
    12  DCW      int16       DCW_SF   W     r
    13  DCWhInj  uint64      DCWH_SF  Wh    r
    17  DCWhAbs  uint64      DCWH_SF  Wh    r
    21  Tmp      int16       Tmp_SF   C     r
    22  DCSta    enum16      -        -     r
    23  DCAlrm   bitfield32  -        -     r
    `,
  },
);

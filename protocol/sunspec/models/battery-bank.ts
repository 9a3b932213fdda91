import { defineModel } from "../define-model.ts";

/** SunSpec model 803: lithium-ion battery bank, one block a string. */
export const batteryBank = defineModel(
  803,
  `
  at  point         type        scale      unit  access
  2   NStr          uint16      -          -     r
  3   NStrCon       uint16      -          -     r
  4   ModTmpMax     int16       ModTmp_SF  C     r
  5   ModTmpMaxStr  uint16      -          -     r
  6   ModTmpMaxMod  uint16      -          -     r
  7   ModTmpMin     int16       ModTmp_SF  C     r
  8   ModTmpMinStr  uint16      -          -     r
  9   ModTmpMinMod  uint16      -          -     r
  10  ModTmpAvg     int16       ModTmp_SF  C     r
  11  StrVMax       uint16      V_SF       V     r
  12  StrVMaxStr    uint16      -          -     r
  13  StrVMin       uint16      V_SF       V     r
  14  StrVMinStr    uint16      -          -     r
  15  StrVAvg       uint16      V_SF       V     r
  16  StrAMax       int16       A_SF       A     r
  17  StrAMaxStr    uint16      -          -     r
  18  StrAMin       int16       A_SF       A     r
  19  StrAMinStr    uint16      -          -     r
  20  StrAAvg       int16       A_SF       A     r
  21  NCellBal      uint16      -          -     r
  22  CellV_SF      sunssf      -          -     r
  23  ModTmp_SF     sunssf      -          -     r
  24  A_SF          sunssf      -          -     r
  25  SoH_SF        sunssf      -          -     r
  26  SoC_SF        sunssf      -          -     r
  27  V_SF          sunssf      -          -     r
  `,
  {
    name: "string",
    countPoint: "NStr",
    table: `
    at  point            type        scale      unit  access
    0   StrNMod          uint16      -          -     r
    1   StrSt            bitfield32  -          -     r
    3   StrConFail       enum16      -          -     r
    4   StrSoC           uint16      SoC_SF     %     r
    5   StrSoH           uint16      SoH_SF     %     r
    6   StrA             int16       A_SF       A     r
    7   StrCellVMax      uint16      CellV_SF   V     r
    8   StrCellVMaxMod   uint16      -          -     r
    9   StrCellVMin      uint16      CellV_SF   V     r
    10  StrCellVMinMod   uint16      -          -     r
    11  StrCellVAvg      uint16      CellV_SF   V     r
    12  StrModTmpMax     int16       ModTmp_SF  C     r
    13  StrModTmpMaxMod  uint16      -          -     r
    14  StrModTmpMin     int16       ModTmp_SF  C     r
    15  StrModTmpMinMod  uint16      -          -     r
    16  StrModTmpAvg     int16       ModTmp_SF  C     r
    17  StrDisRsn        enum16      -          -     r
    18  StrConSt         bitfield32  -          -     r
    20  StrEvt1          bitfield32  -          -     r
    22  StrEvt2          bitfield32  -          -     r
    24  StrEvtVnd1       bitfield32  -          -     r
    26  StrEvtVnd2       bitfield32  -          -     r
    28  StrSetEna        enum16      -          -     rw
    29  StrSetCon        enum16      -          -     rw
    30  Pad1             pad         -          -     r
    31  Pad2             pad         -          -     r
    `,
  },
);

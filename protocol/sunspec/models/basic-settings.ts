import { defineModel } from "../define-model.ts";

/** SunSpec model 121: basic settings (legacy). */
export const basicSettings = defineModel(
  121,
  `
  at  point         type    scale         unit       access
  2   WMax          uint16  WMax_SF       W          rw
  3   VRef          uint16  VRef_SF       V          rw
  4   VRefOfs       int16   VRefOfs_SF    V          rw
  5   VMax          uint16  VMinMax_SF    V          rw
  6   VMin          uint16  VMinMax_SF    V          rw
  7   VAMax         uint16  VAMax_SF      VA         rw
  8   VArMaxQ1      int16   VArMax_SF     var        rw
  9   VArMaxQ2      int16   VArMax_SF     var        rw
  10  VArMaxQ3      int16   VArMax_SF     var        rw
  11  VArMaxQ4      int16   VArMax_SF     var        rw
  12  WGra          uint16  WGra_SF       %WMax/sec  rw
  13  PFMinQ1       int16   PFMin_SF      cos()      rw
  14  PFMinQ2       int16   PFMin_SF      cos()      rw
  15  PFMinQ3       int16   PFMin_SF      cos()      rw
  16  PFMinQ4       int16   PFMin_SF      cos()      rw
  17  VArAct        enum16  -             -          rw
  18  ClcTotVA      enum16  -             -          rw
  19  MaxRmpRte     uint16  MaxRmpRte_SF  %WGra      rw
  20  ECPNomHz      uint16  ECPNomHz_SF   Hz         rw
  21  ConnPh        enum16  -             -          rw
  22  WMax_SF       sunssf  -             -          r
  23  VRef_SF       sunssf  -             -          r
  24  VRefOfs_SF    sunssf  -             -          r
  25  VMinMax_SF    sunssf  -             -          r
  26  VAMax_SF      sunssf  -             -          r
  27  VArMax_SF     sunssf  -             -          r
  28  WGra_SF       sunssf  -             -          r
  29  PFMin_SF      sunssf  -             -          r
  30  MaxRmpRte_SF  sunssf  -             -          r
  31  ECPNomHz_SF   sunssf  -             -          r
  `,
);

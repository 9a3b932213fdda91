import { defineModel } from "../define-model.ts";

/** SunSpec model 120: nameplate ratings (legacy). */
export const nameplate = defineModel(
  120,
  `
  at  point            type    scale            unit   access
  2   DERTyp           enum16  -                -      r
  3   WRtg             uint16  WRtg_SF          W      r
  4   WRtg_SF          sunssf  -                -      r
  5   VARtg            uint16  VARtg_SF         VA     r
  6   VARtg_SF         sunssf  -                -      r
  7   VArRtgQ1         int16   VArRtg_SF        var    r
  8   VArRtgQ2         int16   VArRtg_SF        var    r
  9   VArRtgQ3         int16   VArRtg_SF        var    r
  10  VArRtgQ4         int16   VArRtg_SF        var    r
  11  VArRtg_SF        sunssf  -                -      r
  12  ARtg             uint16  ARtg_SF          A      r
  13  ARtg_SF          sunssf  -                -      r
  14  PFRtgQ1          int16   PFRtg_SF         cos()  r
  15  PFRtgQ2          int16   PFRtg_SF         cos()  r
  16  PFRtgQ3          int16   PFRtg_SF         cos()  r
  17  PFRtgQ4          int16   PFRtg_SF         cos()  r
  18  PFRtg_SF         sunssf  -                -      r
  19  WHRtg            uint16  WHRtg_SF         Wh     r
  20  WHRtg_SF         sunssf  -                -      r
  21  AhrRtg           uint16  AhrRtg_SF        AH     r
  22  AhrRtg_SF        sunssf  -                -      r
  23  MaxChaRte        uint16  MaxChaRte_SF     W      r
  24  MaxChaRte_SF     sunssf  -                -      r
  25  MaxDisChaRte     uint16  MaxDisChaRte_SF  W      r
  26  MaxDisChaRte_SF  sunssf  -                -      r
  27  Pad              pad     -                -      r
  `,
);

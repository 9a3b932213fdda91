import { defineModel } from "../define-model.ts";

/** SunSpec model 122: extended measurements and status (legacy). */
export const extendedStatus = defineModel(
  122,
  `
  at  point        type        scale       unit  access
  2   PVConn       bitfield16  -           -     r
  3   StorConn     bitfield16  -           -     r
  4   ECPConn      bitfield16  -           -     r
  5   ActWh        acc64       -           Wh    r
  9   ActVAh       acc64       -           VAh   r
  13  ActVArhQ1    acc64       -           varh  r
  17  ActVArhQ2    acc64       -           varh  r
  21  ActVArhQ3    acc64       -           varh  r
  25  ActVArhQ4    acc64       -           varh  r
  29  VArAval      int16       VArAval_SF  var   r
  30  VArAval_SF   sunssf      -           -     r
  31  WAval        uint16      WAval_SF    var   r
  32  WAval_SF     sunssf      -           -     r
  33  StSetLimMsk  bitfield32  -           -     r
  35  StActCtl     bitfield32  -           -     r
  37  TmSrc        string4     -           -     r
  41  Tms          uint32      -           Secs  r
  43  RtSt         bitfield16  -           -     r
  44  Ris          uint16      Ris_SF      ohms  r
  45  Ris_SF       sunssf      -           -     r
  `,
);

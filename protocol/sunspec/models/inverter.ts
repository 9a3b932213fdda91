import { defineModel } from "../define-model.ts";

/** SunSpec models 101, 102, 103: inverter, integers and scale factors: single, split and three-phase. */
export const inverter = defineModel(
  103,
  `
  at  point    type        scale   unit  access
  2   A        uint16      A_SF    A     r
  3   AphA     uint16      A_SF    A     r
  4   AphB     uint16      A_SF    A     r
  5   AphC     uint16      A_SF    A     r
  6   A_SF     sunssf      -       -     r
  7   PPVphAB  uint16      V_SF    V     r
  8   PPVphBC  uint16      V_SF    V     r
  9   PPVphCA  uint16      V_SF    V     r
  10  PhVphA   uint16      V_SF    V     r
  11  PhVphB   uint16      V_SF    V     r
  12  PhVphC   uint16      V_SF    V     r
  13  V_SF     sunssf      -       -     r
  14  W        int16       W_SF    W     r
  15  W_SF     sunssf      -       -     r
  16  Hz       uint16      Hz_SF   Hz    r
  17  Hz_SF    sunssf      -       -     r
  18  VA       int16       VA_SF   VA    r
  19  VA_SF    sunssf      -       -     r
  20  VAr      int16       VAr_SF  var   r
  21  VAr_SF   sunssf      -       -     r
  22  PF       int16       PF_SF   Pct   r
  23  PF_SF    sunssf      -       -     r
  24  WH       acc32       WH_SF   Wh    r
  26  WH_SF    sunssf      -       -     r
  27  DCA      uint16      DCA_SF  A     r
  28  DCA_SF   sunssf      -       -     r
  29  DCV      uint16      DCV_SF  V     r
  30  DCV_SF   sunssf      -       -     r
  31  DCW      int16       DCW_SF  W     r
  32  DCW_SF   sunssf      -       -     r
  33  TmpCab   int16       Tmp_SF  C     r
  34  TmpSnk   int16       Tmp_SF  C     r
  35  TmpTrns  int16       Tmp_SF  C     r
  36  TmpOt    int16       Tmp_SF  C     r
  37  Tmp_SF   sunssf      -       -     r
  38  St       enum16      -       -     r
  39  StVnd    enum16      -       -     r
  40  Evt1     bitfield32  -       -     r
  42  Evt2     bitfield32  -       -     r
  44  EvtVnd1  bitfield32  -       -     r
  46  EvtVnd2  bitfield32  -       -     r
  48  EvtVnd3  bitfield32  -       -     r
  50  EvtVnd4  bitfield32  -       -     r
  `,
);

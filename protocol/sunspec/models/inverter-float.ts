import { defineModel } from "../define-model.ts";

/** SunSpec models 111, 112, 113: inverter, floating point: single, split and three-phase. */
export const inverterFloat = defineModel(
  113,
  `
  at  point    type        scale  unit  access
  2   A        float32     -      A     r
  4   AphA     float32     -      A     r
  6   AphB     float32     -      A     r
  8   AphC     float32     -      A     r
  10  PPVphAB  float32     -      V     r
  12  PPVphBC  float32     -      V     r
  14  PPVphCA  float32     -      V     r
  16  PhVphA   float32     -      V     r
  18  PhVphB   float32     -      V     r
  20  PhVphC   float32     -      V     r
  22  W        float32     -      W     r
  24  Hz       float32     -      Hz    r
  26  VA       float32     -      VA    r
  28  VAr      float32     -      var   r
  30  PF       float32     -      Pct   r
  32  WH       float32     -      Wh    r
  34  DCA      float32     -      A     r
  36  DCV      float32     -      V     r
  38  DCW      float32     -      W     r
  40  TmpCab   float32     -      C     r
  42  TmpSnk   float32     -      C     r
  44  TmpTrns  float32     -      C     r
  46  TmpOt    float32     -      C     r
  48  St       enum16      -      -     r
  49  StVnd    enum16      -      -     r
  50  Evt1     bitfield32  -      -     r
  52  Evt2     bitfield32  -      -     r
  54  EvtVnd1  bitfield32  -      -     r
  56  EvtVnd2  bitfield32  -      -     r
  58  EvtVnd3  bitfield32  -      -     r
  60  EvtVnd4  bitfield32  -      -     r
  `,
);

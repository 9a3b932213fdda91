import { defineModel } from "../define-model.ts";

/** SunSpec models 211, 212, 213, 214: meter, float32: single, split, wye and delta. */
export const meterFloat = defineModel(
  213,
  `
  at   point            type        scale  unit  access
  2    A                float32     -      A     r
  4    AphA             float32     -      A     r
  6    AphB             float32     -      A     r
  8    AphC             float32     -      A     r
  10   PhV              float32     -      V     r
  12   PhVphA           float32     -      V     r
  14   PhVphB           float32     -      V     r
  16   PhVphC           float32     -      V     r
  18   PPV              float32     -      V     r
  20   PPVphAB          float32     -      V     r
  22   PPVphBC          float32     -      V     r
  24   PPVphCA          float32     -      V     r
  26   Hz               float32     -      Hz    r
  28   W                float32     -      W     r
  30   WphA             float32     -      W     r
  32   WphB             float32     -      W     r
  34   WphC             float32     -      W     r
  36   VA               float32     -      VA    r
  38   VAphA            float32     -      VA    r
  40   VAphB            float32     -      VA    r
  42   VAphC            float32     -      VA    r
  44   VAR              float32     -      var   r
  46   VARphA           float32     -      var   r
  48   VARphB           float32     -      var   r
  50   VARphC           float32     -      var   r
  52   PF               float32     -      PF    r
  54   PFphA            float32     -      PF    r
  56   PFphB            float32     -      PF    r
  58   PFphC            float32     -      PF    r
  60   TotWhExp         float32     -      Wh    r
  62   TotWhExpPhA      float32     -      Wh    r
  64   TotWhExpPhB      float32     -      Wh    r
  66   TotWhExpPhC      float32     -      Wh    r
  68   TotWhImp         float32     -      Wh    r
  70   TotWhImpPhA      float32     -      Wh    r
  72   TotWhImpPhB      float32     -      Wh    r
  74   TotWhImpPhC      float32     -      Wh    r
  76   TotVAhExp        float32     -      VAh   r
  78   TotVAhExpPhA     float32     -      VAh   r
  80   TotVAhExpPhB     float32     -      VAh   r
  82   TotVAhExpPhC     float32     -      VAh   r
  84   TotVAhImp        float32     -      VAh   r
  86   TotVAhImpPhA     float32     -      VAh   r
  88   TotVAhImpPhB     float32     -      VAh   r
  90   TotVAhImpPhC     float32     -      VAh   r
  92   TotVArhImpQ1     float32     -      varh  r
  94   TotVArhImpQ1phA  float32     -      varh  r
  96   TotVArhImpQ1phB  float32     -      varh  r
  98   TotVArhImpQ1phC  float32     -      varh  r
  100  TotVArhImpQ2     float32     -      varh  r
  102  TotVArhImpQ2phA  float32     -      varh  r
  104  TotVArhImpQ2phB  float32     -      varh  r
  106  TotVArhImpQ2phC  float32     -      varh  r
  108  TotVArhExpQ3     float32     -      varh  r
  110  TotVArhExpQ3phA  float32     -      varh  r
  112  TotVArhExpQ3phB  float32     -      varh  r
  114  TotVArhExpQ3phC  float32     -      varh  r
  116  TotVArhExpQ4     float32     -      varh  r
  118  TotVArhExpQ4phA  float32     -      varh  r
  120  TotVArhExpQ4phB  float32     -      varh  r
  122  TotVArhExpQ4phC  float32     -      varh  r
  124  Evt              bitfield32  -      -     r
  `,
);

import { defineModel } from "../define-model.ts";

/** SunSpec model 704: DER AC controls. */
export const derControls = defineModel(
  704,
  `
  at  point              type    scale          unit      access
  2   PFWInjEna          enum16  -              -         rw
  3   PFWInjEnaRvrt      enum16  -              -         rw
  4   PFWInjRvrtTms      uint32  -              Secs      rw
  6   PFWInjRvrtRem      uint32  -              Secs      r
  8   PFWAbsEna          enum16  -              -         rw
  9   PFWAbsEnaRvrt      enum16  -              -         rw
  10  PFWAbsRvrtTms      uint32  -              Secs      rw
  12  PFWAbsRvrtRem      uint32  -              Secs      r
  14  WMaxLimPctEna      enum16  -              -         rw
  15  WMaxLimPct         uint16  WMaxLimPct_SF  Pct       rw
  16  WMaxLimPctRvrt     uint16  WMaxLimPct_SF  Pct       rw
  17  WMaxLimPctEnaRvrt  enum16  -              -         rw
  18  WMaxLimPctRvrtTms  uint32  -              Secs      rw
  20  WMaxLimPctRvrtRem  uint32  -              Secs      r
  22  WSetEna            enum16  -              -         rw
  23  WSetMod            enum16  -              -         rw
  24  WSet               int32   WSet_SF        W         rw
  26  WSetRvrt           int32   WSet_SF        W         rw
  28  WSetPct            int16   WSetPct_SF     Pct       rw
  29  WSetPctRvrt        int16   WSetPct_SF     Pct       rw
  30  WSetEnaRvrt        enum16  -              -         rw
  31  WSetRvrtTms        uint32  -              Secs      rw
  33  WSetRvrtRem        uint32  -              Secs      r
  35  VarSetEna          enum16  -              -         rw
  36  VarSetMod          enum16  -              -         rw
  37  VarSetPri          enum16  -              -         rw
  38  VarSet             int32   VarSet_SF      Var       rw
  40  VarSetRvrt         int32   VarSet_SF      Var       rw
  42  VarSetPct          int16   VarSetPct_SF   Pct       rw
  43  VarSetPctRvrt      int16   VarSetPct_SF   Pct       rw
  44  VarSetEnaRvrt      enum16  -              -         rw
  45  VarSetRvrtTms      uint32  -              Secs      rw
  47  VarSetRvrtRem      uint32  -              Secs      r
  49  WRmp               uint16  -              %Max/Sec  rw
  50  WRmpRef            enum16  -              -         rw
  51  VarRmp             uint16  -              %Max/Sec  rw
  52  AntiIslEna         enum16  -              -         rw
  53  PF_SF              sunssf  -              -         r
  54  WMaxLimPct_SF      sunssf  -              -         r
  55  WSet_SF            sunssf  -              -         r
  56  WSetPct_SF         sunssf  -              -         r
  57  VarSet_SF          sunssf  -              -         r
  58  VarSetPct_SF       sunssf  -              -         r
  59  PFWInj.PF          uint16  PF_SF          -         rw
  60  PFWInj.Ext         enum16  -              -         rw
  61  PFWInjRvrt.PF      uint16  PF_SF          -         rw
  62  PFWInjRvrt.Ext     enum16  -              -         rw
  63  PFWAbs.PF          uint16  PF_SF          -         rw
  64  PFWAbs.Ext         enum16  -              -         rw
  65  PFWAbsRvrt.PF      uint16  PF_SF          -         rw
  66  PFWAbsRvrt.Ext     enum16  -              -         rw
  `,
);

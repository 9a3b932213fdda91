import { defineModel } from "../define-model.ts";

/** SunSpec model 123: immediate controls (legacy). */
export const immediateControls = defineModel(
  123,
  `
  at  point               type    scale          unit      access
  2   Conn_WinTms         uint16  -              Secs      rw
  3   Conn_RvrtTms        uint16  -              Secs      rw
  4   Conn                enum16  -              -         rw
  5   WMaxLimPct          uint16  WMaxLimPct_SF  %WMax     rw
  6   WMaxLimPct_WinTms   uint16  -              Secs      rw
  7   WMaxLimPct_RvrtTms  uint16  -              Secs      rw
  8   WMaxLimPct_RmpTms   uint16  -              Secs      rw
  9   WMaxLim_Ena         enum16  -              -         rw
  10  OutPFSet            int16   OutPFSet_SF    cos()     rw
  11  OutPFSet_WinTms     uint16  -              Secs      rw
  12  OutPFSet_RvrtTms    uint16  -              Secs      rw
  13  OutPFSet_RmpTms     uint16  -              Secs      rw
  14  OutPFSet_Ena        enum16  -              -         rw
  15  VArWMaxPct          int16   VArPct_SF      %WMax     rw
  16  VArMaxPct           int16   VArPct_SF      %VArMax   rw
  17  VArAvalPct          int16   VArPct_SF      %VArAval  rw
  18  VArPct_WinTms       uint16  -              Secs      rw
  19  VArPct_RvrtTms      uint16  -              Secs      rw
  20  VArPct_RmpTms       uint16  -              Secs      rw
  21  VArPct_Mod          enum16  -              -         rw
  22  VArPct_Ena          enum16  -              -         rw
  23  WMaxLimPct_SF       sunssf  -              -         r
  24  OutPFSet_SF         sunssf  -              -         r
  25  VArPct_SF           sunssf  -              -         r
  `,
);

import { defineModel } from "../define-model.ts";

/** SunSpec model 702: DER capacity: ratings and settings. */
export const derCapacity = defineModel(
  702,
  `
  at  point              type        scale   unit  access
  2   WMaxRtg            uint16      W_SF    W     r
  3   WOvrExtRtg         uint16      W_SF    W     r
  4   WOvrExtRtgPF       uint16      PF_SF   -     r
  5   WUndExtRtg         uint16      W_SF    W     r
  6   WUndExtRtgPF       uint16      PF_SF   -     r
  7   VAMaxRtg           uint16      VA_SF   VA    r
  8   VarMaxInjRtg       uint16      Var_SF  Var   r
  9   VarMaxAbsRtg       uint16      Var_SF  Var   r
  10  WChaRteMaxRtg      uint16      W_SF    W     r
  11  WDisChaRteMaxRtg   uint16      W_SF    W     r
  12  VAChaRteMaxRtg     uint16      VA_SF   VA    r
  13  VADisChaRteMaxRtg  uint16      VA_SF   VA    r
  14  VNomRtg            uint16      V_SF    V     r
  15  VMaxRtg            uint16      V_SF    V     r
  16  VMinRtg            uint16      V_SF    V     r
  17  AMaxRtg            uint16      A_SF    A     r
  18  PFOvrExtRtg        uint16      PF_SF   -     r
  19  PFUndExtRtg        uint16      PF_SF   -     r
  20  ReactSusceptRtg    uint16      S_SF    S     r
  21  NorOpCatRtg        enum16      -       -     r
  22  AbnOpCatRtg        enum16      -       -     r
  23  CtrlModes          bitfield32  -       -     r
  25  IntIslandCatRtg    bitfield16  -       -     r
  26  WMax               uint16      W_SF    W     rw
  27  WMaxOvrExt         uint16      W_SF    W     rw
  28  WOvrExtPF          uint16      PF_SF   -     rw
  29  WMaxUndExt         uint16      W_SF    W     rw
  30  WUndExtPF          uint16      PF_SF   -     rw
  31  VAMax              uint16      VA_SF   VA    rw
  32  VarMaxInj          uint16      Var_SF  Var   rw
  33  VarMaxAbs          uint16      Var_SF  Var   rw
  34  WChaRteMax         uint16      W_SF    W     rw
  35  WDisChaRteMax      uint16      W_SF    W     rw
  36  VAChaRteMax        uint16      VA_SF   VA    rw
  37  VADisChaRteMax     uint16      VA_SF   VA    rw
  38  VNom               uint16      V_SF    V     rw
  39  VMax               uint16      V_SF    V     rw
  40  VMin               uint16      V_SF    V     rw
  41  AMax               uint16      A_SF    A     rw
  42  PFOvrExt           uint16      PF_SF   -     rw
  43  PFUndExt           uint16      PF_SF   -     rw
  44  IntIslandCat       bitfield16  -       -     rw
  45  W_SF               sunssf      -       -     r
  46  PF_SF              sunssf      -       -     r
  47  VA_SF              sunssf      -       -     r
  48  Var_SF             sunssf      -       -     r
  49  V_SF               sunssf      -       -     r
  50  A_SF               sunssf      -       -     r
  51  S_SF               sunssf      -       -     r
  `,
);

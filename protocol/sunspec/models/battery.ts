import { defineModel } from "../define-model.ts";

/** SunSpec model 802: battery base. */
export const battery = defineModel(
  802,
  `
  at  point             type        scale             unit    access
  2   AHRtg             uint16      AHRtg_SF          Ah      r
  3   WHRtg             uint16      WHRtg_SF          Wh      r
  4   WChaRteMax        uint16      WChaDisChaMax_SF  W       r
  5   WDisChaRteMax     uint16      WChaDisChaMax_SF  W       r
  6   DisChaRte         uint16      DisChaRte_SF      %WHRtg  r
  7   SoCMax            uint16      SoC_SF            %WHRtg  r
  8   SoCMin            uint16      SoC_SF            %WHRtg  r
  9   SocRsvMax         uint16      SoC_SF            %WHRtg  rw
  10  SoCRsvMin         uint16      SoC_SF            %WHRtg  rw
  11  SoC               uint16      SoC_SF            %WHRtg  r
  12  DoD               uint16      DoD_SF            %       r
  13  SoH               uint16      SoH_SF            %       r
  14  NCyc              uint32      -                 -       r
  16  ChaSt             enum16      -                 -       r
  17  LocRemCtl         enum16      -                 -       r
  18  Hb                uint16      -                 -       r
  19  CtrlHb            uint16      -                 -       rw
  20  AlmRst            uint16      -                 -       rw
  21  Typ               enum16      -                 -       r
  22  State             enum16      -                 -       r
  23  StateVnd          enum16      -                 -       r
  24  WarrDt            uint32      -                 -       r
  26  Evt1              bitfield32  -                 -       r
  28  Evt2              bitfield32  -                 -       r
  30  EvtVnd1           bitfield32  -                 -       r
  32  EvtVnd2           bitfield32  -                 -       r
  34  V                 uint16      V_SF              V       r
  35  VMax              uint16      V_SF              V       r
  36  VMin              uint16      V_SF              V       r
  37  CellVMax          uint16      CellV_SF          V       r
  38  CellVMaxStr       uint16      -                 -       r
  39  CellVMaxMod       uint16      -                 -       r
  40  CellVMin          uint16      CellV_SF          V       r
  41  CellVMinStr       uint16      -                 -       r
  42  CellVMinMod       uint16      -                 -       r
  43  CellVAvg          uint16      CellV_SF          V       r
  44  A                 int16       A_SF              A       r
  45  AChaMax           uint16      AMax_SF           A       r
  46  ADisChaMax        uint16      AMax_SF           A       r
  47  W                 int16       W_SF              W       r
  48  ReqInvState       enum16      -                 -       r
  49  ReqW              int16       W_SF              W       r
  50  SetOp             enum16      -                 -       rw
  51  SetInvState       enum16      -                 -       rw
  52  AHRtg_SF          sunssf      -                 -       r
  53  WHRtg_SF          sunssf      -                 -       r
  54  WChaDisChaMax_SF  sunssf      -                 -       r
  55  DisChaRte_SF      sunssf      -                 -       r
  56  SoC_SF            sunssf      -                 -       r
  57  DoD_SF            sunssf      -                 -       r
  58  SoH_SF            sunssf      -                 -       r
  59  V_SF              sunssf      -                 -       r
  60  CellV_SF          sunssf      -                 -       r
  61  A_SF              sunssf      -                 -       r
  62  AMax_SF           sunssf      -                 -       r
  63  W_SF              sunssf      -                 -       r
  `,
);

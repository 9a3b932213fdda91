import { defineModel } from "../define-model.ts";

/** SunSpec model 124: basic storage control (legacy; usual in homes). */
export const basicStorageControl = defineModel(
  124,
  `
  at  point              type        scale             unit          access
  2   WChaMax            uint16      WChaMax_SF        W             rw
  3   WChaGra            uint16      WChaDisChaGra_SF  %WChaMax/sec  rw
  4   WDisChaGra         uint16      WChaDisChaGra_SF  %WChaMax/sec  rw
  5   StorCtl_Mod        bitfield16  -                 -             rw
  6   VAChaMax           uint16      VAChaMax_SF       VA            rw
  7   MinRsvPct          uint16      MinRsvPct_SF      %WChaMax      rw
  8   ChaState           uint16      ChaState_SF       %AhrRtg       r
  9   StorAval           uint16      StorAval_SF       AH            r
  10  InBatV             uint16      InBatV_SF         V             r
  11  ChaSt              enum16      -                 -             r
  12  OutWRte            int16       InOutWRte_SF      %WDisChaMax   rw
  13  InWRte             int16       InOutWRte_SF      %WChaMax      rw
  14  InOutWRte_WinTms   uint16      -                 Secs          rw
  15  InOutWRte_RvrtTms  uint16      -                 Secs          rw
  16  InOutWRte_RmpTms   uint16      -                 Secs          rw
  17  ChaGriSet          enum16      -                 -             rw
  18  WChaMax_SF         sunssf      -                 -             r
  19  WChaDisChaGra_SF   sunssf      -                 -             r
  20  VAChaMax_SF        sunssf      -                 -             r
  21  MinRsvPct_SF       sunssf      -                 -             r
  22  ChaState_SF        sunssf      -                 -             r
  23  StorAval_SF        sunssf      -                 -             r
  24  InBatV_SF          sunssf      -                 -             r
  25  InOutWRte_SF       sunssf      -                 -             r
  `,
);

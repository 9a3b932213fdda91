import { defineModel } from "../define-model.ts";

/** SunSpec model 715: DER control and heartbeat. */
export const derHeartbeat = defineModel(
  715,
  `
  at  point         type    scale  unit  access
  2   LocRemCtl     enum16  -      -     r
  3   DERHb         uint32  -      -     r
  5   ControllerHb  uint32  -      -     rw
  7   AlarmReset    uint16  -      -     rw
  8   OpCtl         enum16  -      -     rw
  `,
);

import { Meter } from "../../devices/meter.ts";
import { exceptionCode } from "../../devices/modbus-device.ts";
import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** The gateway answers, the meter behind it does not: every read is exception 11. */
export interface MeterStale extends Lasting {
  readonly kind: "meter-stale";
}

export const meterStale: FaultDefinition<MeterStale> = {
  kind: "meter-stale",
  text: "the gateway answers, the meter behind it does not: exception 11",
  needs: [],
  parse: (fields) => ({ kind: "meter-stale", ...lasting(fields) }),
  begin(device) {
    if (!(device instanceof Meter)) return "not-applicable";
    device.trouble.readException = exceptionCode.gatewayTargetFailed;
    return undefined;
  },
};

import { type FaultDefinition, isNumber, isUnit, type Lasting, lasting } from "./kind.ts";

/** Another master writes a set-point of its own, every half second. */
export interface SecondMaster extends Lasting {
  readonly kind: "second-master";
  readonly powerW: number;
}

export const secondMaster: FaultDefinition<SecondMaster> = {
  kind: "second-master",
  text: "another master writes a set-point of its own twice a second",
  needs: ["powerW"],
  parse(fields) {
    const { powerW } = fields;
    return isNumber(powerW) ? { kind: "second-master", powerW, ...lasting(fields) } : undefined;
  },
  begin: (device) => (isUnit(device) ? undefined : "not-applicable"),
  tick(device, { powerW }, sinceMs, nowMs) {
    if ((nowMs - sinceMs) % EVERY_MS !== 0) return;
    const high = Math.floor(powerW / 0x1_0000) & 0xffff;
    const block = Uint16Array.of(1, 1, high, powerW & 0xffff, 0, 0, 0x8000, 0x8000, 1, 0, 10);
    device.writeHolding(device.image.point("704.WSetEna").address + device.trouble.shift, block);
  },
};

const EVERY_MS = 500;

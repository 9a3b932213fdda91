import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** A live point reads as not implemented: NaN, 0x8000, 0xFFFF, whatever its type says. */
export interface Absent extends Lasting {
  readonly kind: "absent";
  readonly point: string;
}

export const absent: FaultDefinition<Absent> = {
  kind: "absent",
  text: "a live point reads as not implemented",
  needs: ["point"],
  parse(fields) {
    const { point } = fields;
    return typeof point === "string" ? { kind: "absent", point, ...lasting(fields) } : undefined;
  },
  begin(device, { point: key }) {
    const point = device.image.find(key);
    if (point?.isLive !== true) return "unknown-point";
    device.image.lie(point, Number.NaN, 0);
    return undefined;
  },
};

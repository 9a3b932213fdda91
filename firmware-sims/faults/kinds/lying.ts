import { type FaultDefinition, isNumber, type Lasting, lasting } from "./kind.ts";

/** A point shows value × factor + offset, in SI units. `point` is model and name: `"213.W"`. */
export interface Lying extends Lasting {
  readonly kind: "lying";
  readonly point: string;
  readonly factor?: number;
  readonly offset?: number;
}

export const lying: FaultDefinition<Lying> = {
  kind: "lying",
  text: "a live point shows value × factor + offset, in SI units",
  needs: ["point"],
  parse(fields) {
    const { point, factor, offset } = fields;
    if (typeof point !== "string") return undefined;
    return {
      kind: "lying",
      point,
      ...(isNumber(factor) ? { factor } : {}),
      ...(isNumber(offset) ? { offset } : {}),
      ...lasting(fields),
    };
  },
  begin(device, { point: key, factor = 1, offset = 0 }) {
    const point = device.image.find(key);
    if (point?.isLive !== true) return "unknown-point";
    device.image.lie(point, factor, offset);
    return undefined;
  },
};

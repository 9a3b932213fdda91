import { type FaultDefinition, isNumber, isUnit, type Lasting, lasting } from "./kind.ts";

/** The battery management allows only a fraction of the rated power, and says so (802 AChaMax, ADisChaMax). */
export interface Derated extends Lasting {
  readonly kind: "derated";
  readonly fraction: number;
}

export const derated: FaultDefinition<Derated> = {
  kind: "derated",
  text: "the battery management allows a fraction of the rated power, and says so",
  needs: ["fraction: 0 to 1"],
  parse(fields) {
    const { fraction } = fields;
    const isFraction = isNumber(fraction) && fraction >= 0 && fraction <= 1;
    return isFraction ? { kind: "derated", fraction, ...lasting(fields) } : undefined;
  },
  begin(device, { fraction }) {
    if (!isUnit(device)) return "not-applicable";
    device.state.battery.allowance = fraction;
    return undefined;
  },
};

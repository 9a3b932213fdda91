import { type FaultDefinition, isNumber, type Lasting, lasting } from "./kind.ts";

/** Right answers, `delayMs` late. */
export interface Slow extends Lasting {
  readonly kind: "slow";
  readonly delayMs: number;
}

export const slow: FaultDefinition<Slow> = {
  kind: "slow",
  text: "right answers, late",
  needs: ["delayMs"],
  parse: (fields) =>
    isNumber(fields["delayMs"]) ? { kind: "slow", delayMs: fields["delayMs"], ...lasting(fields) } : undefined,
  begin(device, { delayMs }) {
    device.trouble.delayMs = delayMs;
    return undefined;
  },
};

import { type FaultDefinition, isUnit, type Lasting, lasting } from "./kind.ts";

/** The contactor opened: no power, state FAULT, until it ends; then the enter-service delay. */
export interface Tripped extends Lasting {
  readonly kind: "tripped";
}

export const tripped: FaultDefinition<Tripped> = {
  kind: "tripped",
  text: "the contactor opened: no power and state FAULT, then the enter-service delay",
  needs: [],
  parse: (fields) => ({ kind: "tripped", ...lasting(fields) }),
  begin(device) {
    if (!isUnit(device)) return "not-applicable";
    device.setTripped(true);
    return undefined;
  },
};

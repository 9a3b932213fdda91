import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** Writes are answered as done and not applied. */
export interface Forgetting extends Lasting {
  readonly kind: "forgetting";
}

export const forgetting: FaultDefinition<Forgetting> = {
  kind: "forgetting",
  text: "writes are answered as done and not applied",
  needs: [],
  parse: (fields) => ({ kind: "forgetting", ...lasting(fields) }),
  begin(device) {
    device.trouble.forgetsWrites = true;
    return undefined;
  },
};

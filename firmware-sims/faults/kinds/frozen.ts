import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** Registers keep the values of the moment it froze, heartbeats too. Writes still work. */
export interface Frozen extends Lasting {
  readonly kind: "frozen";
}

export const frozen: FaultDefinition<Frozen> = {
  kind: "frozen",
  text: "registers stand still, heartbeats too; writes work",
  needs: [],
  parse: (fields) => ({ kind: "frozen", ...lasting(fields) }),
  begin(device) {
    device.freeze();
    return undefined;
  },
  beginOnPlant(plant) {
    plant.freeze();
  },
};

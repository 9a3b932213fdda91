import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** No answer at all. */
export interface Silent extends Lasting {
  readonly kind: "silent";
}

export const silent: FaultDefinition<Silent> = {
  kind: "silent",
  text: "no answer at all",
  needs: [],
  parse: (fields) => ({ kind: "silent", ...lasting(fields) }),
  begin(device) {
    device.trouble.silent = true;
    return undefined;
  },
  beginOnPlant(plant) {
    plant.trouble.silent = true;
  },
};

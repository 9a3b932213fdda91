import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** It takes one connection; whoever comes second is turned away. */
export interface SingleClient extends Lasting {
  readonly kind: "single-client";
}

export const singleClient: FaultDefinition<SingleClient> = {
  kind: "single-client",
  text: "it takes one connection and turns the second away (over sockets)",
  needs: [],
  parse: (fields) => ({ kind: "single-client", ...lasting(fields) }),
  begin(device) {
    device.trouble.clientsMax = 1;
    return undefined;
  },
};

import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** Values stand still while heartbeats and times go on: a gateway that repeats what it last read and looks alive. */
export interface Stuck extends Lasting {
  readonly kind: "stuck";
}

export const stuck: FaultDefinition<Stuck> = {
  kind: "stuck",
  text: "values stand still, heartbeats and time stamps move on",
  needs: [],
  parse: (fields) => ({ kind: "stuck", ...lasting(fields) }),
  begin(device) {
    device.freeze("heartbeats-live");
    return undefined;
  },
  beginOnPlant(plant) {
    plant.freeze("heartbeat-live");
  },
};

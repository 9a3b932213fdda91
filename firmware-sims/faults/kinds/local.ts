import { type FaultDefinition, isUnit, type Lasting, lasting } from "./kind.ts";

/** Somebody at the cabinet has taken over (LocRemCtl): the unit rests and refuses set-points. */
export interface Local extends Lasting {
  readonly kind: "local";
}

export const local: FaultDefinition<Local> = {
  kind: "local",
  text: "somebody at the cabinet took over: LocRemCtl local, set-points refused",
  needs: [],
  parse: (fields) => ({ kind: "local", ...lasting(fields) }),
  begin(device) {
    if (!isUnit(device)) return "not-applicable";
    device.setLocal(true);
    return undefined;
  },
};

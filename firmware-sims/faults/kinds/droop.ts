import { type FaultDefinition, isNumber, isUnit, type Lasting, lasting } from "./kind.ts";

/**
 * The inverter answers frequency by itself, as its grid code asks (IEEE 1547 frequency-droop, 711 where it is shown):
 * below `aroundHz` it gives more than it was told, above it less. It lies, loses and refuses nothing.
 */
export interface Droop extends Lasting {
  readonly kind: "droop";
  readonly aroundHz: number;
  readonly wPerHz: number;
}

export const droop: FaultDefinition<Droop> = {
  kind: "droop",
  text: "the inverter answers frequency by itself, on top of its set-point",
  needs: ["aroundHz", "wPerHz"],
  parse(fields) {
    const { aroundHz, wPerHz } = fields;
    const isDroop = isNumber(aroundHz) && isNumber(wPerHz) && wPerHz >= 0;
    return isDroop ? { kind: "droop", aroundHz, wPerHz, ...lasting(fields) } : undefined;
  },
  begin(device, { aroundHz, wPerHz }) {
    if (!isUnit(device)) return "not-applicable";
    device.state.droop = { aroundHz, wPerHz };
    return undefined;
  },
};

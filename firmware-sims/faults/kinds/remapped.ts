import { InsertedModel } from "../../devices/inserted-model.ts";
import { type FaultDefinition, type Fields, isNumber, type Lasting, lasting } from "./kind.ts";

/**
 * New firmware without a moment's silence: a model of the maker's own of so many registers (12 unless said) now stands behind
 * model 1. Every address goes on answering; what it means has moved. When it ends the map is as it was.
 */
export interface Remapped extends Lasting {
  readonly kind: "remapped";
  readonly registers?: number;
}

export const remapped: FaultDefinition<Remapped> = {
  kind: "remapped",
  text: "new firmware in mid-talk: a model of registers (default 12) inserted after model 1, every address still answers",
  needs: [],
  parse(fields) {
    const registers = registersOf(fields);
    return registers === undefined ? undefined : { kind: "remapped", registers, ...lasting(fields) };
  },
  begin(device, { registers = DEFAULT_REGISTERS }) {
    if (device.image.models.length === 0) return "not-applicable";
    device.trouble.inserted = new InsertedModel(device.image, registers);
    return undefined;
  },
};

function registersOf({ registers = DEFAULT_REGISTERS }: Fields): number | undefined {
  return isNumber(registers) && Number.isInteger(registers) && registers >= 3 && registers <= 1_000
    ? registers
    : undefined;
}

const DEFAULT_REGISTERS = 12;

import { type FaultDefinition, type Lasting, lasting } from "./kind.ts";

/** Reads work; every write is answered with this exception. */
export interface Refusing extends Lasting {
  readonly kind: "refusing";
  readonly exception: 4 | 6;
}

export const refusing: FaultDefinition<Refusing> = {
  kind: "refusing",
  text: "reads work, every write is answered with exception 4 or 6",
  needs: ["exception: 4 | 6"],
  parse(fields) {
    const { exception } = fields;
    return exception === 4 || exception === 6 ? { kind: "refusing", exception, ...lasting(fields) } : undefined;
  },
  begin(device, { exception }) {
    device.trouble.writeException = exception;
    return undefined;
  },
};

import { type FaultDefinition, isNumber, type Lasting, lasting } from "./kind.ts";

/** The plant's clock is off, and stamps everything so. */
export interface WrongClock extends Lasting {
  readonly kind: "wrong-clock";
  readonly byMs: number;
}

export const wrongClock: FaultDefinition<WrongClock> = {
  kind: "wrong-clock",
  text: "the plant's clock is off by so much, + ahead",
  needs: ["byMs"],
  parse: ({ byMs, ...fields }) => (isNumber(byMs) ? { kind: "wrong-clock", byMs, ...lasting(fields) } : undefined),
  begin: () => "not-applicable",
  beginOnPlant(plant, { byMs }) {
    plant.trouble.clockOffMs = byMs;
  },
};

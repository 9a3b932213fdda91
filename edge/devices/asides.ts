import { type CodedError, fail, type Result } from "@penstock/protocol/result";

/** A person's question to a device: read once. */
export interface Aside {
  readonly address: number;
  readonly count: number;
  readonly done: (result: Result<Uint16Array, CodedError>) => void;
}

/** What people want to know of one device, in the order they asked; its turn comes after everything the loop has to ask. */
export class Asides {
  readonly #device: string;
  readonly #waiting: Aside[] = [];

  constructor(device: string) {
    this.#device = device;
  }

  /** Errors: `device.busy`. */
  add(aside: Aside): void {
    if (this.#waiting.length >= WAITING_MAX) aside.done(fail({ code: "device.busy", device: this.#device }));
    else this.#waiting.push(aside);
  }

  next(): Aside | undefined {
    return this.#waiting.length === 0 ? undefined : this.#waiting.shift();
  }
}

/** People ask one thing at a time; a script that asks more is told to wait. */
const WAITING_MAX = 8;

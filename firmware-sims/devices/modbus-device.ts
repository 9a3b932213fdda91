import type { InsertedModel } from "./inserted-model.ts";
import type { Point } from "./point.ts";
import type { RegisterImage } from "./register-image.ts";

/** What a device answers instead of data (MODBUS Application Protocol V1.1b3, section 7). */
export const exceptionCode = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  deviceFailure: 4,
  busy: 6,
  gatewayTargetFailed: 11,
} as const;

/** Stands where an exception code stands when the device does not answer at all. */
export const noAnswer = -1;

/** Trouble on the way in or out of a device. All false and zero is a healthy one. */
export interface LinkTrouble {
  silent: boolean;
  /** How long the answer takes; whoever carries it waits. */
  delayMs: number;
  /** Exception for every write, 0 for none. */
  writeException: number;
  /** Exception for every read, 0 for none. */
  readException: number;
  /** Writes are answered as done and then forgotten. */
  forgetsWrites: boolean;
  /** How far the map has moved up since the device was first met. */
  shift: number;
  /** A model that new firmware has put into the map. */
  inserted: InsertedModel | undefined;
  /** How many connections it takes, over sockets. */
  clientsMax: number;
}

export const noTrouble: Readonly<LinkTrouble> = {
  silent: false,
  delayMs: 0,
  writeException: 0,
  readException: 0,
  forgetsWrites: false,
  shift: 0,
  inserted: undefined,
  clientsMax: Number.POSITIVE_INFINITY,
};

export type WriteObserver = (deviceId: string, address: number, values: Uint16Array) => void;

/**
 * A SunSpec device as its registers show it. Validation follows the order of the specification: function,
 * quantity, address, value, execution. A subclass says which points may be written and what a write means.
 */
export abstract class ModbusDevice {
  readonly id: string;
  readonly image: RegisterImage;
  readonly trouble: LinkTrouble = { ...noTrouble };
  /** Sees every write the device accepted, as it was on the wire. */
  observeWrite: WriteObserver | undefined;
  #frozen: Uint16Array | undefined;
  #isBeating = false;
  /** By register, once asked. */
  readonly #rules: (((value: number) => boolean) | "none" | undefined)[] = [];

  constructor(id: string, image: RegisterImage) {
    this.id = id;
    this.image = image;
  }

  /** Answers one PDU (function code and data, no MBAP header); undefined when the device is silent. */
  handle(request: Uint8Array): Uint8Array | undefined {
    if (this.trouble.silent) return undefined;
    const functionCode = request[0] ?? 0;
    const address = wordAt(request, 1);
    switch (functionCode) {
      case 3:
      case 4: {
        if (request.length !== 5) return exception(functionCode, exceptionCode.illegalValue);
        const words = this.readHolding(address, wordAt(request, 3));
        return typeof words === "number" ? exception(functionCode, words) : readResponse(functionCode, words);
      }
      case 6: {
        if (request.length !== 5) return exception(functionCode, exceptionCode.illegalValue);
        const code = this.writeHolding(address, Uint16Array.of(wordAt(request, 3)));
        return code === 0 ? request.slice() : exception(functionCode, code);
      }
      case 16: {
        const count = wordAt(request, 3);
        const isWellFormed = request[5] === 2 * count && request.length === 6 + 2 * count;
        if (!isWellFormed) return exception(functionCode, exceptionCode.illegalValue);
        const values = Uint16Array.from({ length: count }, (_, index) => wordAt(request, 6 + 2 * index));
        const code = this.writeHolding(address, values);
        return code === 0 ? request.slice(0, 5) : exception(functionCode, code);
      }
      default:
        return exception(functionCode, exceptionCode.illegalFunction);
    }
  }

  /** Registers, or the exception code, or {@link noAnswer}. A view of the device's own: copy what must last. */
  readHolding(asked: number, count: number): Uint16Array | number {
    const address = asked - this.trouble.shift;
    if (this.trouble.silent) return noAnswer;
    if (!(count >= 1 && count <= 125)) return exceptionCode.illegalValue;
    if (this.trouble.inserted !== undefined)
      return this.trouble.inserted.read(address, count) ?? exceptionCode.illegalAddress;
    if (!this.image.covers(address, count)) return exceptionCode.illegalAddress;
    if (this.trouble.readException !== 0) return this.trouble.readException;
    if (this.#frozen !== undefined) {
      if (this.#isBeating) this.#beat(this.#frozen);
      return this.#frozen.subarray(address - this.image.base, address - this.image.base + count);
    }
    return this.image.read(address, count);
  }

  /** 0 when done, or the exception code, or {@link noAnswer}. A point is written whole or not at all. */
  writeHolding(asked: number, values: Uint16Array): number {
    const { inserted, shift, silent } = this.trouble;
    const address = inserted === undefined ? asked - shift : inserted.landsAt(asked - shift, values.length);
    if (silent) return noAnswer;
    if (!(values.length >= 1 && values.length <= 123)) return exceptionCode.illegalValue;
    if (address === undefined) return exceptionCode.illegalAddress;
    const mistake = this.#mistakeIn(address, values);
    if (mistake !== 0) return mistake;
    if (this.trouble.writeException !== 0) return this.trouble.writeException;
    const refusal = this.refuses(address, values.length);
    if (refusal !== 0) return refusal;
    if (!this.trouble.forgetsWrites) {
      this.image.words.set(values, address - this.image.base);
      this.written(address, values.length);
    }
    this.observeWrite?.(this.id, asked, values);
    return 0;
  }

  /** Keeps answering with the registers of this moment until {@link thaw}, its heartbeats too unless told. Writes still work. */
  freeze(how: "whole" | "heartbeats-live" = "whole"): void {
    this.#frozen = this.image.read(this.image.base, this.image.words.length).slice();
    this.#isBeating = how === "heartbeats-live";
  }

  thaw(): void {
    this.#frozen = undefined;
  }

  /** The firmware starts again; a device without settings of its own has nothing to forget. */
  restart(): void {}

  #beat(frozen: Uint16Array): void {
    for (const key of heartbeats) {
      const point = this.image.find(key);
      if (point !== undefined)
        frozen.set(this.image.read(point.address, point.registers), point.address - this.image.base);
    }
  }

  /** The rule for a point that may be written, on its value in SI units (NaN: not implemented); undefined: read-only. */
  protected abstract rule(point: Point): ((value: number) => boolean) | undefined;

  /** An exception code when the device, as it stands, does not take this write; else 0. */
  protected abstract refuses(address: number, count: number): number;

  /** The registers have been changed: act on them. */
  protected abstract written(address: number, count: number): void;

  /** The exception for registers that may not be written, or not with this; 0 for none. The address is judged first. */
  #mistakeIn(address: number, values: Uint16Array): number {
    if (!this.image.covers(address, values.length)) return exceptionCode.illegalAddress;
    let isAcceptable = true;
    for (let index = 0; index < values.length; ) {
      const point = this.image.pointAt(address + index);
      const accepts = point === undefined ? undefined : this.#ruleOf(point);
      if (point === undefined || accepts === undefined || point.address !== address + index)
        return exceptionCode.illegalAddress;
      index += point.registers;
      if (index > values.length) return exceptionCode.illegalAddress;
      isAcceptable &&= accepts(point.decode(values, index - point.registers));
    }
    return isAcceptable ? 0 : exceptionCode.illegalValue;
  }

  /** The rule of a point does not change. */
  #ruleOf(point: Point): ((value: number) => boolean) | undefined {
    const at = point.address - this.image.base;
    const held = this.#rules[at];
    if (held !== undefined) return held === "none" ? undefined : held;
    const rule = this.rule(point);
    this.#rules[at] = rule ?? "none";
    return rule;
  }
}

/** The counters by which a device shows that it thinks. */
const heartbeats = ["715.DERHb", "802.Hb"] as const;

const wordAt = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);

const exception = (functionCode: number, code: number): Uint8Array => Uint8Array.of(functionCode | 0x80, code);

function readResponse(functionCode: number, words: Uint16Array): Uint8Array {
  const response = new Uint8Array(2 + 2 * words.length);
  response[0] = functionCode;
  response[1] = 2 * words.length;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    response[2 + 2 * index] = word >> 8;
    response[3 + 2 * index] = word & 0xff;
  }
  return response;
}

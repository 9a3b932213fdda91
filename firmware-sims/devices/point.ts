import { invariant } from "@penstock/protocol/result";
import { absentWord, type PointType, registersOf } from "./models/model.ts";

/** A point with its place in a device's map, and how its value and its registers become each other. */
export class Point {
  /** Model and name, `"701.W"`. */
  readonly key: string;
  readonly address: number;
  readonly registers: number;
  readonly type: PointType;
  /** 10 to the scale factor. */
  readonly scale: number;
  /** Shows something that moves by itself. */
  readonly isLive: boolean;
  /** It shows its value × factor + offset: 1 and 0 unless somebody makes it lie. */
  factor = 1;
  offset = 0;
  readonly form: Form;
  /** The first word of the not-implemented value. */
  readonly #absent: number;

  constructor(key: string, address: number, type: PointType, scale: number, isLive: boolean) {
    this.key = key;
    this.address = address;
    this.registers = registersOf[type];
    this.type = type;
    this.scale = scale;
    this.isLive = isLive;
    this.form = formOf[type];
    this.#absent = absentWord(type, 0);
  }

  /** The value in SI units in registers that begin at `at`; NaN when they hold the not-implemented value. */
  decode(words: Uint16Array, at: number): number {
    const first = words[at] ?? 0;
    switch (this.form) {
      case FORM.signed:
        return first === 0x8000 ? Number.NaN : ((first << 16) >> 16) * this.scale;
      case FORM.unsigned:
      case FORM.plain:
        return first === this.#absent ? Number.NaN : first * this.scale;
      case FORM.signed32: {
        const second = words[at + 1] ?? 0;
        return first === 0x8000 && second === 0 ? Number.NaN : ((first << 16) | second) * this.scale;
      }
      case FORM.unsigned32:
      case FORM.counter32: {
        const second = words[at + 1] ?? 0;
        return first === this.#absent && second === this.#absent ? Number.NaN : (first * 65_536 + second) * this.scale;
      }
      case FORM.wide:
        return this.#decodeWide(words, at);
      case FORM.float:
        bitsOf[0] = (first << 16) | (words[at + 1] ?? 0);
        return floatOf[0] ?? Number.NaN;
      default:
        return this.#isAbsent(words, at) ? Number.NaN : first * this.scale;
    }
  }

  /** NaN encodes as not implemented; a value that does not fit stops at the last one that does. */
  encode(words: Uint16Array, at: number, value: number): void {
    if (!Number.isNaN(value)) {
      alone.values[0] = value;
      alone.scales[0] = this.scale;
      encode(words, at, this.form, alone.values, 0, alone.scales, 0);
    } else for (let word = 0; word < this.registers; word++) words[at + word] = absentWord(this.type, word);
  }

  /** A live value, as this point tells of it. */
  show(words: Uint16Array, at: number, value: number): void {
    this.encode(words, at, value * this.factor + this.offset);
  }

  encodeText(words: Uint16Array, at: number, text: string): void {
    const bytes = new TextEncoder().encode(text).subarray(0, 2 * this.registers);
    for (let word = 0; word < this.registers; word++) {
      words[at + word] = ((bytes[2 * word] ?? 0) << 8) | (bytes[2 * word + 1] ?? 0);
    }
  }

  #decodeWide(words: Uint16Array, at: number): number {
    if (this.#isAbsent(words, at)) return Number.NaN;
    const high = (words[at] ?? 0) * 65_536 + (words[at + 1] ?? 0);
    const low = (words[at + 2] ?? 0) * 65_536 + (words[at + 3] ?? 0);
    return (high * 4_294_967_296 + low) * this.scale;
  }

  #isAbsent(words: Uint16Array, at: number): boolean {
    for (let word = 0; word < this.registers; word++) {
      if (words[at + word] !== absentWord(this.type, word)) return false;
    }
    return true;
  }
}

/**
 * Puts a value in SI units, not NaN, into the registers from `at`; one that does not fit stops at the last that does.
 * Value and scale are handed over as places in arrays: a fraction handed over as itself is put on the heap first.
 */
export function encode(
  words: Uint16Array,
  at: number,
  form: number,
  values: Float64Array,
  index: number,
  scales: Float64Array,
  row: number,
): void {
  const value = values[index] as number;
  const scale = scales[row] as number;
  switch (form) {
    case FORM.signed:
      words[at] = within(Math.round(value / scale), -0x7fff, 0x7fff);
      return;
    case FORM.unsigned:
      words[at] = within(Math.round(value / scale), 0, 0xfffe);
      return;
    case FORM.plain:
      words[at] = value;
      return;
    case FORM.signed32: {
      const raw = within(Math.round(value / scale), -0x7fffffff, 0x7fffffff);
      words[at] = raw >> 16;
      words[at + 1] = raw;
      return;
    }
    case FORM.unsigned32: {
      const raw = within(Math.round(value / scale), 0, 0xfffffffe);
      words[at] = raw >>> 16;
      words[at + 1] = raw;
      return;
    }
    case FORM.counter32: {
      // Wraps, as an accumulator does; 0 would read as not accumulated.
      const raw = Math.round(value / scale) % 0x1_0000_0000;
      words[at] = raw >>> 16;
      words[at + 1] = raw;
      return;
    }
    case FORM.wide: {
      const raw = within(Math.round(value / scale), 0, Number.MAX_SAFE_INTEGER);
      const high = Math.floor(raw / 4_294_967_296);
      const low = raw - high * 4_294_967_296;
      words[at] = high >>> 16;
      words[at + 1] = high;
      words[at + 2] = low >>> 16;
      words[at + 3] = low;
      return;
    }
    case FORM.float:
      floatOf[0] = value + 0; // Never −0.
      words[at] = (bitsOf[0] ?? 0) >>> 16;
      words[at + 1] = bitsOf[0] ?? 0;
      return;
    default:
      invariant(false, "a text is no number");
  }
}

/**
 * How a value stands in its registers; `plain` ones are bits and names of states, put in as they are. Numbers, because
 * they are told apart faster than names, and this is done for every value of every device.
 */
export const FORM = {
  text: 0,
  plain: 1,
  signed: 2,
  unsigned: 3,
  signed32: 4,
  unsigned32: 5,
  counter32: 6,
  wide: 7,
  float: 8,
} as const;
export type Form = (typeof FORM)[keyof typeof FORM];

const formOf: Readonly<Record<PointType, Form>> = {
  int16: FORM.signed,
  sunssf: FORM.signed,
  uint16: FORM.unsigned,
  enum16: FORM.plain,
  bitfield16: FORM.plain,
  pad: FORM.plain,
  int32: FORM.signed32,
  uint32: FORM.unsigned32,
  bitfield32: FORM.unsigned32,
  acc32: FORM.counter32,
  uint64: FORM.wide,
  acc64: FORM.wide,
  float32: FORM.float,
  string4: FORM.text,
  string8: FORM.text,
  string16: FORM.text,
  string32: FORM.text,
};

/** A value that is not one of many. */
const alone = { values: new Float64Array(1), scales: new Float64Array(1) };

/** One float and its bits: the same memory seen twice. */
const floatOf = new Float32Array(1);
const bitsOf = new Uint32Array(floatOf.buffer);

const within = (raw: number, min: number, max: number): number => (raw < min ? min : raw > max ? max : raw);

import { invariant } from "../result/index.ts";
import type { Model, Point } from "./define-model.ts";
import { findPoint } from "./find-point.ts";

export interface DecodeOptions {
  /**
   * What a scale factor that is itself not implemented means. By the document its points are then not
   * implemented either; some devices mean "times one".
   */
  readonly missingScale?: "not-implemented" | "times-one";
}

/**
 * Reads the points, in the order named and scaled, out of registers; `baseOffset` is where the model's id
 * register lies in them. Not implemented is NaN, which is never a number here or above. Given `into`, it is
 * filled and returned, so a loop need not allocate.
 */
export type PointsDecoder = (registers: Uint16Array, baseOffset: number, into?: Float64Array) => Float64Array;

/** Prepares a decoder for the fast loop. Text points have no number; naming one, or none that exists, is our mistake. */
export function compilePoints(
  model: Model,
  names: readonly string[],
  { missingScale = "not-implemented" }: DecodeOptions = {},
): PointsDecoder {
  const plans = names.map((name) => planPoint(model, name));
  // In rows of their own, and the common types read on the spot: this is done for every value of every device, and a
  // function for each would put its number on the heap to hand it back.
  const forms = Uint8Array.from(plans, ({ form }) => form);
  const offsets = Uint16Array.from(plans, ({ offset }) => offset);
  const scaleOffsets = Int16Array.from(plans, ({ scaleOffset }) => scaleOffset);
  const scales = Int8Array.from(plans, ({ scale }) => scale);
  const isMissingOne = missingScale === "times-one";
  return (registers, baseOffset, into = new Float64Array(forms.length)) => {
    for (let i = 0; i < forms.length; i++) {
      const at = baseOffset + (offsets[i] as number);
      const first = registers[at];
      let raw = Number.NaN;
      switch (forms[i]) {
        case FORM.signed16:
          if (first !== undefined && first !== 0x8000) raw = (first << 16) >> 16;
          break;
        case FORM.unsigned16:
          if (first !== undefined && first !== 0xffff) raw = first;
          break;
        case FORM.unsigned64:
          raw = readUint64(registers, at);
          break;
        default:
          raw = (plans[i] as Plan).read(registers, at);
      }
      const scaleOffset = scaleOffsets[i] as number;
      let exponent = scales[i] as number;
      if (scaleOffset >= 0) {
        exponent = ((registers[baseOffset + scaleOffset] ?? 0x8000) << 16) >> 16;
        // Outside ±10 it is no scale factor at all, and -32,768 says that it is not implemented.
        if (exponent < -10 || exponent > 10) {
          if (!isMissingOne) raw = Number.NaN;
          exponent = 0;
        }
      }
      if (exponent < 0) raw /= powersOfTen[-exponent] as number;
      else if (exponent > 0) raw *= powersOfTen[exponent] as number;
      into[i] = raw;
    }
    return into;
  };
}

/** The types that most points of a fast loop have. */
const FORM = { other: 0, signed16: 1, unsigned16: 2, unsigned64: 3 } as const;

const formOf = (read: RawReader): number =>
  read === readInt16
    ? FORM.signed16
    : read === readUint16
      ? FORM.unsigned16
      : read === readUint64
        ? FORM.unsigned64
        : FORM.other;

/** Reads the raw number of a point; NaN when it is not implemented or lies beyond the registers. */
export type RawReader = (registers: Uint16Array, at: number) => number;

/** The reader for a point's type; undefined for text. */
export function rawReader(point: Point): RawReader | undefined {
  const { form, registers } = point.type;
  if (form === "text") return undefined;
  if (form === "float") return registers === 2 ? readFloat32 : readFloat64;
  const accumulates = point.typeName.startsWith("acc");
  if (registers === 1) {
    if (point.typeName === "sunssf") return readScaleFactor;
    return form === "signed" ? readInt16 : accumulates ? readAcc16 : readUint16;
  }
  if (registers === 2) return form === "signed" ? readInt32 : accumulates ? readAcc32 : readUint32;
  return form === "signed" ? readInt64 : accumulates ? readAcc64 : readUint64;
}

/** Divides for negative powers: 253 / 10 is 25.3, and 253 × 0.1 is not. */
export function timesPowerOfTen(raw: number, exponent: number): number {
  return exponent < 0 ? raw / (powersOfTen[-exponent] ?? Number.NaN) : raw * (powersOfTen[exponent] ?? Number.NaN);
}

interface Plan {
  readonly read: RawReader;
  readonly form: number;
  readonly offset: number;
  /** Where the scale factor lies from the model's id register; -1 when it is fixed. */
  readonly scaleOffset: number;
  readonly scale: number;
}

function planPoint(model: Model, name: string): Plan {
  const point = findPoint(model, name);
  invariant(point !== undefined, `model ${model.id} has no point ${name}`);
  const read = rawReader(point);
  invariant(read !== undefined, `${name} of model ${model.id} is text`);
  const { offset } = point;
  const form = formOf(read);
  if (typeof point.scale !== "string") return { read, form, offset, scaleOffset: -1, scale: point.scale ?? 0 };
  const scale = findPoint(model, point.scale);
  invariant(scale !== undefined, `model ${model.id} has no scale factor ${point.scale}`);
  return { read, form, offset, scaleOffset: scale.offset, scale: 0 };
}

const powersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

// A register beyond the image reads undefined; every reader below then answers NaN.

function readInt16(registers: Uint16Array, at: number): number {
  const word = registers[at] ?? 0x8000;
  return word === 0x8000 ? Number.NaN : (word << 16) >> 16;
}

/** Outside ±10 it is no scale factor at all. */
function readScaleFactor(registers: Uint16Array, at: number): number {
  const value = readInt16(registers, at);
  return value >= -10 && value <= 10 ? value : Number.NaN;
}

function readUint16(registers: Uint16Array, at: number): number {
  const word = registers[at] ?? 0xffff;
  return word === 0xffff ? Number.NaN : word;
}

function readAcc16(registers: Uint16Array, at: number): number {
  return registers[at] || Number.NaN;
}

function word32(registers: Uint16Array, at: number): number {
  const high = registers[at];
  const low = registers[at + 1];
  return high === undefined || low === undefined ? Number.NaN : high * 0x1_0000 + low;
}

function readInt32(registers: Uint16Array, at: number): number {
  const word = word32(registers, at);
  return Number.isNaN(word) || word === 0x8000_0000 ? Number.NaN : word | 0;
}

function readUint32(registers: Uint16Array, at: number): number {
  const word = word32(registers, at);
  return word === 0xffff_ffff ? Number.NaN : word;
}

function readAcc32(registers: Uint16Array, at: number): number {
  return word32(registers, at) || Number.NaN;
}

function readInt64(registers: Uint16Array, at: number): number {
  const high = word32(registers, at);
  const low = word32(registers, at + 2);
  return high === 0x8000_0000 && low === 0 ? Number.NaN : (high >= 0x8000_0000 ? high - 2 ** 32 : high) * 2 ** 32 + low;
}

function readUint64(registers: Uint16Array, at: number): number {
  const high = word32(registers, at);
  const low = word32(registers, at + 2);
  return high === 0xffff_ffff && low === 0xffff_ffff ? Number.NaN : high * 2 ** 32 + low;
}

function readAcc64(registers: Uint16Array, at: number): number {
  return word32(registers, at) * 2 ** 32 + word32(registers, at + 2) || Number.NaN;
}

const scratch = new DataView(new ArrayBuffer(8));

function readFloat32(registers: Uint16Array, at: number): number {
  const word = word32(registers, at);
  // 2143289344.0: some encoders pack the integer 0x7FC00000 as a value instead of as the NaN it stands for.
  if (Number.isNaN(word) || word === 0x4eff_8000) return Number.NaN;
  scratch.setUint32(0, word);
  return finite(scratch.getFloat32(0));
}

function readFloat64(registers: Uint16Array, at: number): number {
  const high = word32(registers, at);
  const low = word32(registers, at + 2);
  if (Number.isNaN(high + low)) return Number.NaN;
  scratch.setUint32(0, high);
  scratch.setUint32(4, low);
  return finite(scratch.getFloat64(0));
}

/** An infinite megawatt is a broken reading, not a large one. */
const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

import { type CodedError, fail, invariant, ok, type Result } from "../result/index.ts";
import type { Model, Point } from "./define-model.ts";
import { findPoint } from "./find-point.ts";

export interface EncodeError extends CodedError {
  readonly code:
    | "sunspec.unknown-point"
    | "sunspec.wrong-kind"
    | "sunspec.missing-scale"
    | "sunspec.out-of-range"
    | "sunspec.text-too-long";
  readonly point: string;
}

/** The scale factors in force, by name, as last read from the device. */
export type ScaleFactors = Readonly<Record<string, number | undefined>>;

/**
 * The registers for a value in the model's unit: divided by the point's power of ten, rounded to the nearest
 * raw (half away from zero, so that charge and discharge round alike), refused when it does not fit. Null is
 * written as not implemented. Whether a point may be written is `Point.writable`; a server writes the others too.
 */
export function encodePoint(
  model: Model,
  name: string,
  value: number | bigint | string | null,
  scaleFactors: ScaleFactors = {},
): Result<Uint16Array, EncodeError> {
  const point = findPoint(model, name);
  const refused = (code: EncodeError["code"], facts: object = {}) => fail<EncodeError>({ code, point: name, ...facts });
  if (point === undefined) return refused("sunspec.unknown-point", { model: model.id });
  const { type } = point;
  if (value === null) return ok(words(type.notImplemented, type.registers));
  if (type.form === "text") {
    if (typeof value !== "string") return refused("sunspec.wrong-kind", { wanted: "text" });
    const text = textWords(value, type.registers);
    return text === undefined ? refused("sunspec.text-too-long", { bytesMax: type.registers * 2 }) : ok(text);
  }
  if (typeof value === "string") return refused("sunspec.wrong-kind", { wanted: "a number" });
  if (typeof value === "number" && !Number.isFinite(value)) return refused("sunspec.out-of-range", { value });
  if (type.form === "float") return encodeFloat(point, Number(value));
  const exponent = typeof point.scale === "string" ? scaleFactors[point.scale] : (point.scale ?? 0);
  if (exponent === undefined || !Number.isInteger(exponent) || Math.abs(exponent) > 10) {
    return refused("sunspec.missing-scale", { scale: point.scale });
  }
  const raw = toRaw(value, exponent);
  if (raw < type.rawMin || raw > type.rawMax) {
    return refused("sunspec.out-of-range", { value: String(value), exponent, raw: String(raw) });
  }
  return ok(words(raw, type.registers));
}

/** The whole model from its id register on, every point not implemented: what a server fills with `encodePoint`. */
export function blankModel(model: Model, blocks = 0): Uint16Array {
  const { block } = model;
  invariant(blocks === 0 || block !== undefined, `model ${model.id} has no repeating block`);
  const image = new Uint16Array(2 + model.length + blocks * (block?.registers ?? 0));
  image[0] = model.id;
  image[1] = image.length - 2;
  const blank = (points: readonly Point[], at: number) => {
    for (const { type, offset } of points) image.set(words(type.notImplemented, type.registers), at + offset);
  };
  blank(model.points, 0);
  for (let i = 0; i < blocks; i++) blank(block?.points ?? [], (block?.offset ?? 0) + i * (block?.registers ?? 0));
  return image;
}

function toRaw(value: number | bigint, exponent: number): bigint {
  if (typeof value === "bigint" && exponent === 0) return value;
  const number = Number(value);
  const unscaled = exponent < 0 ? number * 10 ** -exponent : number / 10 ** exponent;
  return BigInt(Math.sign(unscaled) * Math.round(Math.abs(unscaled)));
}

function encodeFloat({ name, type }: Point, value: number): Result<Uint16Array, EncodeError> {
  const view = new DataView(new ArrayBuffer(8));
  if (type.registers === 4) {
    view.setFloat64(0, value);
    return ok(words(view.getBigUint64(0), 4));
  }
  if (!Number.isFinite(Math.fround(value))) return fail({ code: "sunspec.out-of-range", point: name, value });
  view.setFloat32(0, value);
  return ok(words(BigInt(view.getUint32(0)), 2));
}

/** Two's complement, most significant word first. */
function words(value: bigint, registers: number): Uint16Array {
  return Uint16Array.from({ length: registers }, (_, i) =>
    Number((value >> BigInt(16 * (registers - 1 - i))) & 0xffffn),
  );
}

function textWords(text: string, registers: number): Uint16Array | undefined {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > registers * 2) return undefined;
  return Uint16Array.from({ length: registers }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
}

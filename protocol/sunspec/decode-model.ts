import { type CodedError, fail, ok, type Result } from "../result/index.ts";
import { type DecodeOptions, rawReader, timesPowerOfTen } from "./compile-points.ts";
import type { Model, Point } from "./define-model.ts";

/** Undefined: the device does not implement the point. A 64-bit integer no number holds exactly is a bigint. */
export type PointValue = number | bigint | string | undefined;

export interface DecodedModel {
  readonly id: number;
  readonly length: number;
  readonly values: Readonly<Record<string, PointValue>>;
  /** One for each repetition of the model's block. */
  readonly blocks: readonly Readonly<Record<string, PointValue>>[];
}

export interface DecodeError extends CodedError {
  readonly code: "sunspec.wrong-model" | "sunspec.short-image";
}

/**
 * Reads a whole model, scaled, for people, start-up and tests; the fast loop uses `compilePoints`. `registers`
 * hold the model from its id register at `offset`. A device may end a model early: what is beyond its length is
 * not implemented.
 */
export function decodeModel(
  model: Model,
  registers: Uint16Array,
  offset = 0,
  { missingScale = "not-implemented" }: DecodeOptions = {},
): Result<DecodedModel, DecodeError> {
  const id = registers[offset];
  const length = registers[offset + 1];
  if (id !== model.id) return fail({ code: "sunspec.wrong-model", wanted: model.id, found: id });
  if (length === undefined || registers.length < offset + 2 + length) {
    return fail({ code: "sunspec.short-image", model: id, length, registers: registers.length - offset });
  }
  const image = registers.subarray(offset, offset + 2 + length);
  const scaleOf = (name: string): number => {
    const point = model.points.find((candidate) => candidate.name === name);
    const scale = point && rawReader(point)?.(image, point.offset);
    return scale === undefined || Number.isNaN(scale) ? (missingScale === "times-one" ? 0 : Number.NaN) : scale;
  };
  const read = (points: readonly Point[], at: number) =>
    Object.fromEntries(
      points
        .filter(({ typeName }) => typeName !== "pad")
        .map((point) => [point.name, readPoint(point, image, at + point.offset, scaleOf)]),
    );
  const values = read(model.points, 0);
  const { block } = model;
  if (block === undefined) return ok({ id, length, values, blocks: [] });
  // The length is what the device really has; the count it gives may promise more.
  const room = Math.max(0, Math.floor((length + 2 - block.offset) / block.registers));
  const said = values[block.countPoint];
  const count = typeof said === "number" && said > 0 ? Math.min(said, room) : room;
  const blocks = Array.from({ length: count }, (_, i) => read(block.points, block.offset + i * block.registers));
  return ok({ id, length, values, blocks });
}

function readPoint(point: Point, image: Uint16Array, at: number, scaleOf: (name: string) => number): PointValue {
  const { type, scale = 0 } = point;
  if (at + type.registers > image.length) return undefined;
  if (type.form === "text") return readText(image, at, type.registers);
  const raw = rawReader(point)?.(image, at);
  if (raw === undefined || Number.isNaN(raw)) return undefined;
  const exponent = typeof scale === "string" ? scaleOf(scale) : scale;
  if (Number.isNaN(exponent)) return undefined;
  if (exponent === 0 && type.form !== "float" && !Number.isSafeInteger(raw)) return readExact(image, at, type.form);
  return exponent === 0 ? raw : timesPowerOfTen(raw, exponent);
}

function readExact(image: Uint16Array, at: number, form: "signed" | "unsigned"): bigint {
  let bits = 0n;
  for (let i = 0; i < 4; i++) bits = (bits << 16n) | BigInt(image[at + i] ?? 0);
  return form === "signed" ? BigInt.asIntN(64, bits) : bits;
}

/** UTF-8, closed by NULs; all NULs is not implemented. */
function readText(image: Uint16Array, at: number, registers: number): string | undefined {
  const bytes = new Uint8Array(registers * 2);
  for (let i = 0; i < registers; i++) {
    const word = image[at + i] ?? 0;
    bytes[2 * i] = word >> 8;
    bytes[2 * i + 1] = word & 0xff;
  }
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  return text === "" ? undefined : text;
}

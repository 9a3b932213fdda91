import { DataType } from "./data-type.ts";
import type { Scalar } from "./payload.ts";

/**
 * The array types travel as bytes: fixed-width elements little-endian; booleans as a count (u32) and bits,
 * most significant first; strings each closed by a NUL. (The specification's own examples for FloatArray,
 * DoubleArray and DateTimeArray contradict its text; this follows the text.)
 */
export function unpackArray(bytes: Uint8Array, datatype: DataType): readonly Scalar[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (datatype === DataType.BooleanArray) return unpackBooleans(bytes, view);
  if (datatype === DataType.StringArray) return unpackStrings(bytes);
  const element = elements[datatype];
  if (element === undefined || bytes.length % element.bytes !== 0) return undefined;
  return Array.from({ length: bytes.length / element.bytes }, (_, i) => element.read(view, i * element.bytes));
}

/** The bytes of an array, or undefined when an element is not of the type or out of its range. */
export function packArray(values: readonly Scalar[], datatype: DataType): Uint8Array | undefined {
  if (datatype === DataType.BooleanArray) return packBooleans(values);
  if (datatype === DataType.StringArray) return packStrings(values);
  const element = elements[datatype];
  if (element === undefined) return undefined;
  const bytes = new Uint8Array(values.length * element.bytes);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of values.entries()) {
    if (!element.accepts(value)) return undefined;
    element.write(view, i * element.bytes, value);
  }
  return bytes;
}

interface Element {
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number | bigint;
  readonly write: (view: DataView, at: number, value: Scalar) => void;
  readonly accepts: (value: Scalar) => boolean;
}

const whole = (min: number, max: number) => (value: Scalar) =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;

const long =
  (signed: boolean) =>
  (value: Scalar): boolean => {
    if (typeof value === "number" ? !Number.isSafeInteger(value) : typeof value !== "bigint") return false;
    const exact = BigInt(value as number | bigint);
    return (signed ? BigInt.asIntN(64, exact) : BigInt.asUintN(64, exact)) === exact;
  };

const safe = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

const uint64: Element = {
  bytes: 8,
  read: (view, at) => safe(view.getBigUint64(at, true)),
  write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  accepts: long(false),
};

const elements: Readonly<Partial<Record<DataType, Element>>> = {
  [DataType.Int8Array]: {
    bytes: 1,
    read: (view, at) => view.getInt8(at),
    write: (view, at, value) => view.setInt8(at, Number(value)),
    accepts: whole(-0x80, 0x7f),
  },
  [DataType.UInt8Array]: {
    bytes: 1,
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, Number(value)),
    accepts: whole(0, 0xff),
  },
  [DataType.Int16Array]: {
    bytes: 2,
    read: (view, at) => view.getInt16(at, true),
    write: (view, at, value) => view.setInt16(at, Number(value), true),
    accepts: whole(-0x8000, 0x7fff),
  },
  [DataType.UInt16Array]: {
    bytes: 2,
    read: (view, at) => view.getUint16(at, true),
    write: (view, at, value) => view.setUint16(at, Number(value), true),
    accepts: whole(0, 0xffff),
  },
  [DataType.Int32Array]: {
    bytes: 4,
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setInt32(at, Number(value), true),
    accepts: whole(-0x8000_0000, 0x7fff_ffff),
  },
  [DataType.UInt32Array]: {
    bytes: 4,
    read: (view, at) => view.getUint32(at, true),
    write: (view, at, value) => view.setUint32(at, Number(value), true),
    accepts: whole(0, 0xffff_ffff),
  },
  [DataType.Int64Array]: {
    bytes: 8,
    read: (view, at) => safe(view.getBigInt64(at, true)),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
    accepts: long(true),
  },
  [DataType.UInt64Array]: uint64,
  [DataType.DateTimeArray]: uint64,
  [DataType.FloatArray]: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, Number(value), true),
    accepts: (value) => typeof value === "number",
  },
  [DataType.DoubleArray]: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, Number(value), true),
    accepts: (value) => typeof value === "number",
  },
};

function unpackBooleans(bytes: Uint8Array, view: DataView): boolean[] | undefined {
  if (bytes.length < 4) return undefined;
  const count = view.getUint32(0, true);
  if (bytes.length !== 4 + Math.ceil(count / 8)) return undefined;
  return Array.from({ length: count }, (_, i) => (((bytes[4 + (i >> 3)] ?? 0) >> (7 - (i & 7))) & 1) === 1);
}

function packBooleans(values: readonly Scalar[]): Uint8Array | undefined {
  const bytes = new Uint8Array(4 + Math.ceil(values.length / 8));
  new DataView(bytes.buffer).setUint32(0, values.length, true);
  for (const [i, value] of values.entries()) {
    if (typeof value !== "boolean") return undefined;
    const at = 4 + (i >> 3);
    if (value) bytes[at] = (bytes[at] ?? 0) | (0x80 >> (i & 7));
  }
  return bytes;
}

function unpackStrings(bytes: Uint8Array): string[] | undefined {
  if (bytes.length === 0) return [];
  if (bytes[bytes.length - 1] !== 0) return undefined;
  return new TextDecoder().decode(bytes.subarray(0, -1)).split("\0");
}

function packStrings(values: readonly Scalar[]): Uint8Array | undefined {
  if (!values.every((value) => typeof value === "string" && !value.includes("\0"))) return undefined;
  return new TextEncoder().encode(values.map((value) => `${value}\0`).join(""));
}

import { DataType } from "./data-type.ts";
import { packArray, unpackArray } from "./packed-array.ts";
import type { DataSet, MetricValue, Scalar, Template } from "./payload.ts";

/**
 * Reads a value as its data type means it: words become signed, safe 64-bit integers numbers, packed bytes
 * arrays. A value already read comes back as it is. Undefined when the value cannot be of that type.
 *
 * UInt32 may have come as a long and integers as wider words: other implementations do both.
 */
export function interpretValue(value: MetricValue, datatype: DataType): MetricValue | undefined {
  switch (datatype) {
    case DataType.Int8:
    case DataType.Int16:
    case DataType.Int32:
    case DataType.Int64:
      return integerOf(value, datatype);
    case DataType.UInt8:
    case DataType.UInt16:
    case DataType.UInt32:
    case DataType.UInt64:
    case DataType.DateTime:
      return integerOf(value, datatype);
    case DataType.Float:
    case DataType.Double:
      return typeof value === "number" ? value : undefined;
    case DataType.Boolean:
      return typeof value === "boolean" ? value : undefined;
    case DataType.String:
    case DataType.Text:
    case DataType.UUID:
      return typeof value === "string" ? value : undefined;
    case DataType.Bytes:
    case DataType.File:
      return value instanceof Uint8Array ? value : undefined;
    case DataType.DataSet:
      return isDataSet(value) ? value : undefined;
    case DataType.Template:
      return isTemplate(value) ? value : undefined;
    case DataType.PropertySet:
    case DataType.PropertySetList:
      return undefined; // Only ever inside properties.
    default:
      if (value instanceof Uint8Array) return unpackArray(value, datatype);
      return Array.isArray(value) ? value : undefined;
  }
}

/** Whether a value of ours may be sent as this data type without changing. */
export function fitsDataType(value: MetricValue, datatype: DataType): boolean {
  const bits = integerBits[datatype];
  if (bits !== undefined) return fitsInteger(value, bits);
  if (datatype >= DataType.Int8Array) {
    return Array.isArray(value) && packArray(value as readonly Scalar[], datatype) !== undefined;
  }
  return interpretValue(value, datatype) !== undefined;
}

function fitsInteger(value: MetricValue, bits: number): boolean {
  if (typeof value === "bigint") {
    return (bits < 0 ? BigInt.asIntN(-bits, value) : BigInt.asUintN(bits, value)) === value;
  }
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return false;
  return bits < 0 ? value >= -(2 ** (-bits - 1)) && value < 2 ** (-bits - 1) : value >= 0 && value < 2 ** bits;
}

/** Width of the integer types in bits; negative for the signed ones. */
export const integerBits: Readonly<Partial<Record<DataType, number>>> = {
  [DataType.Int8]: -8,
  [DataType.Int16]: -16,
  [DataType.Int32]: -32,
  [DataType.Int64]: -64,
  [DataType.UInt8]: 8,
  [DataType.UInt16]: 16,
  [DataType.UInt32]: 32,
  [DataType.UInt64]: 64,
  [DataType.DateTime]: 64,
};

export const isDataSet = (value: MetricValue): value is DataSet => typeof value === "object" && "columns" in value;

export const isTemplate = (value: MetricValue): value is Template => typeof value === "object" && "parameters" in value;

/** A number where it is exact, else a bigint. */
export const numberWhenSafe = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

function integerOf(value: MetricValue, datatype: DataType): number | bigint | undefined {
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  if (typeof value === "number" && !Number.isInteger(value)) return undefined;
  const bits = integerBits[datatype] ?? 64;
  // The common case first: a 32-bit word, where shifts do what BigInt does a hundred times slower.
  if (typeof value === "number" && bits >= -32 && bits <= 32 && Math.abs(value) <= 0xffff_ffff) {
    if (bits < 0) return (value << (32 + bits)) >> (32 + bits);
    return bits === 32 ? value >>> 0 : value & ((1 << bits) - 1);
  }
  if (typeof value === "number" && bits === 64 && value >= 0 && Number.isSafeInteger(value)) return value;
  const exact = BigInt(value);
  return numberWhenSafe(bits < 0 ? BigInt.asIntN(-bits, exact) : BigInt.asUintN(bits, exact));
}

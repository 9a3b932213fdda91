import type { DataType } from "./data-type.ts";
import type { DataSet, Scalar } from "./payload.ts";
import { interpretValue } from "./value.ts";
import {
  delimited,
  fixed32,
  fixed64,
  Malformed,
  type Reader,
  readMessage,
  readSafeUint64,
  readUint64,
  varint,
} from "./wire.ts";

/** Reads a table. Its rows must be as wide as its head says. */
export function readDataSet(reader: Reader): DataSet {
  const columns: string[] = [];
  const types: DataType[] = [];
  const rows: (Scalar | undefined)[][] = [];
  let declaredColumns: number | undefined;
  readMessage(reader, (tag) => {
    switch (tag) {
      case varint(1):
        declaredColumns = readSafeUint64(reader, "number of columns");
        return true;
      case delimited(2):
        columns.push(reader.string());
        return true;
      case varint(3):
        types.push(reader.uint32() as DataType);
        return true;
      case delimited(3): // Packed: proto2 writes these one by one, newer libraries together.
        readPackedTypes(reader, types);
        return true;
      case delimited(4):
        rows.push(readRow(reader));
        return true;
      default:
        return false;
    }
  });
  const width = declaredColumns ?? types.length;
  if (columns.length !== width || types.length !== width || rows.some((row) => row.length !== width)) {
    throw new Malformed("a data set whose columns, types and rows differ in number");
  }
  return { columns, types, rows: rows.map((row) => row.map((cell, i) => interpretCell(cell, types[i]))) };
}

function readPackedTypes(reader: Reader, types: DataType[]): void {
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new Malformed("packed types run past the end");
  while (reader.pos < end) types.push(reader.uint32() as DataType);
}

function readRow(reader: Reader): (Scalar | undefined)[] {
  const cells: (Scalar | undefined)[] = [];
  readMessage(reader, (tag) => {
    if (tag !== delimited(1)) return false;
    cells.push(readCell(reader));
    return true;
  });
  return cells;
}

function readCell(reader: Reader): Scalar | undefined {
  let value: Scalar | undefined;
  readMessage(reader, (tag) => {
    switch (tag) {
      case varint(1):
        value = reader.uint32();
        return true;
      case varint(2):
        value = readUint64(reader);
        return true;
      case fixed32(3):
        value = reader.float();
        return true;
      case fixed64(4):
        value = reader.double();
        return true;
      case varint(5):
        value = reader.bool();
        return true;
      case delimited(6):
        value = reader.string();
        return true;
      default:
        return false;
    }
  });
  return value;
}

function interpretCell(cell: Scalar | undefined, type: DataType | undefined): Scalar | undefined {
  if (cell === undefined || type === undefined) return cell;
  const value = interpretValue(cell, type);
  return typeof value === "object" ? cell : (value ?? cell);
}

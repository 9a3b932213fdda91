/** The point types of the SunSpec specification that our devices use; `string8` is a string of 8 registers. */
export type PointType =
  | "int16"
  | "uint16"
  | "enum16"
  | "bitfield16"
  | "sunssf"
  | "pad"
  | "int32"
  | "uint32"
  | "bitfield32"
  | "uint64"
  | "acc32"
  | "acc64"
  | "float32"
  | "string4"
  | "string8"
  | "string16"
  | "string32";

/** One row of a model: offset from the model's ID register, name, type and the name of its scale factor. */
export type PointRow =
  | readonly [offset: number, name: string, type: PointType]
  | readonly [offset: number, name: string, type: PointType, scaleFactor: string];

/** A SunSpec model as a table. `length` is the L register: it counts neither ID nor L. */
export interface Model {
  readonly id: number;
  readonly length: number;
  readonly points: readonly PointRow[];
}

/** A stretch of a map that is not SunSpec's: `id` is the address of its first register, `length` counts them all. */
export type PlainBlock = Model;

/** How many registers a point of this type takes. */
export const registersOf: Readonly<Record<PointType, number>> = {
  int16: 1,
  uint16: 1,
  enum16: 1,
  bitfield16: 1,
  sunssf: 1,
  pad: 1,
  int32: 2,
  uint32: 2,
  bitfield32: 2,
  uint64: 4,
  acc32: 2,
  acc64: 4,
  float32: 2,
  string4: 4,
  string8: 8,
  string16: 16,
  string32: 32,
};

/** What a register of an unimplemented point reads: the same word in every place, except where the sign bit leads. */
export function absentWord(type: PointType, index: number): number {
  switch (type) {
    case "int16":
    case "sunssf":
    case "pad":
      return 0x8000;
    case "int32":
      return index === 0 ? 0x8000 : 0;
    case "float32":
      return index === 0 ? 0x7fc0 : 0; // A quiet NaN; a common encoder writes 0x4EFF8000 here by mistake.
    case "uint16":
    case "enum16":
    case "bitfield16":
    case "uint32":
    case "bitfield32":
    case "uint64":
      return 0xffff;
    case "acc32":
    case "acc64":
    case "string4":
    case "string8":
    case "string16":
    case "string32":
      return 0;
  }
}

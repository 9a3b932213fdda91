/** How one kind of point lies in 16-bit registers, most significant word first (SunSpec device information model). */
export interface RegisterType {
  readonly registers: number;
  readonly form: "signed" | "unsigned" | "float" | "text";
  /** What the registers hold when the device does not implement the point. */
  readonly notImplemented: bigint;
  /** The raw integers that mean a value; the sentinel is outside. */
  readonly rawMin: bigint;
  readonly rawMax: bigint;
}

export type RegisterTypeName = (typeof fixedNames)[number] | `string${number}`;

/** The type of a name; `string16` is text of 16 registers. */
export function registerType(name: string): RegisterType | undefined {
  const text = /^string([1-9]\d?)$/.exec(name);
  if (text !== null) {
    return { registers: Number(text[1]), form: "text", notImplemented: 0n, rawMin: 0n, rawMax: 0n };
  }
  return fixedTypes.get(name);
}

export const fixedNames = [
  "int16",
  "sunssf",
  "uint16",
  "enum16",
  "bitfield16",
  "acc16",
  "pad",
  "int32",
  "uint32",
  "enum32",
  "bitfield32",
  "acc32",
  "int64",
  "uint64",
  "bitfield64",
  "acc64",
  "float32",
  "float64",
] as const;

const fixedTypes: ReadonlyMap<string, RegisterType> = new Map(fixedNames.map((name) => [name, describe(name)]));

function describe(name: (typeof fixedNames)[number]): RegisterType {
  switch (name) {
    case "int16":
    case "pad":
      return signed(16);
    case "sunssf":
      return { ...signed(16), rawMin: -10n, rawMax: 10n };
    case "int32":
      return signed(32);
    case "int64":
      return signed(64);
    case "uint16":
    case "enum16":
    case "bitfield16":
      return unsigned(16);
    case "uint32":
    case "enum32":
    case "bitfield32":
      return unsigned(32);
    case "uint64":
    case "bitfield64":
      return unsigned(64);
    case "acc16":
      return accumulator(16);
    case "acc32":
      return accumulator(32);
    case "acc64":
      return accumulator(64);
    case "float32":
      return { registers: 2, form: "float", notImplemented: 0x7fc0_0000n, rawMin: 0n, rawMax: 0n };
    case "float64":
      return { registers: 4, form: "float", notImplemented: 0x7ff8_0000_0000_0000n, rawMin: 0n, rawMax: 0n };
  }
}

function signed(bits: 16 | 32 | 64): RegisterType {
  const half = 1n << BigInt(bits - 1);
  return { registers: bits / 16, form: "signed", notImplemented: half, rawMin: 1n - half, rawMax: half - 1n };
}

function unsigned(bits: 16 | 32 | 64): RegisterType {
  const all = (1n << BigInt(bits)) - 1n;
  return { registers: bits / 16, form: "unsigned", notImplemented: all, rawMin: 0n, rawMax: all - 1n };
}

/** Counts up and wraps; zero says that nothing is counted. */
function accumulator(bits: 16 | 32 | 64): RegisterType {
  const all = (1n << BigInt(bits)) - 1n;
  return { registers: bits / 16, form: "unsigned", notImplemented: 0n, rawMin: 1n, rawMax: all };
}

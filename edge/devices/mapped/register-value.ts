/** The register types a map may name. */
export const REGISTER_TYPES = ["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64"] as const;
export type RegisterTypeName = (typeof REGISTER_TYPES)[number];
export type WordOrder = "big" | "little";

export const registersOf = (type: RegisterTypeName): number => Number(type.replace(/\D+/, "")) / 16;

/** The raw number in registers; NaN where a register is not there or a float is none. */
export function readRegisters(registers: Uint16Array, at: number, type: RegisterTypeName, order: WordOrder): number {
  const count = registersOf(type);
  if (at < 0 || at + count > registers.length) return Number.NaN;
  for (let i = 0; i < count; i++) {
    scratch.setUint16(2 * (order === "big" ? i : count - 1 - i), registers[at + i] ?? 0);
  }
  switch (type) {
    case "int16":
      return scratch.getInt16(0);
    case "uint16":
      return scratch.getUint16(0);
    case "int32":
      return scratch.getInt32(0);
    case "uint32":
      return scratch.getUint32(0);
    case "int64":
      return Number(scratch.getBigInt64(0));
    case "uint64":
      return Number(scratch.getBigUint64(0));
    case "float32":
      return finite(scratch.getFloat32(0));
    case "float64":
      return finite(scratch.getFloat64(0));
  }
}

/** False where the number does not fit the type; integers are cut towards zero, never rounded up. */
export function putRegisters(
  registers: Uint16Array,
  at: number,
  type: RegisterTypeName,
  order: WordOrder,
  value: number,
): boolean {
  if (!Number.isFinite(value)) return false;
  const count = registersOf(type);
  if (type === "float32") scratch.setFloat32(0, value);
  else if (type === "float64") scratch.setFloat64(0, value);
  else {
    // The nudge is for 1899.9999999 of 1900.
    const whole = Math.trunc(Math.round(value * 1e6) / 1e6);
    const isSigned = type.startsWith("int");
    const bits = 16 * count;
    const min = isSigned ? -(2 ** (bits - 1)) : 0;
    const max = 2 ** (isSigned ? bits - 1 : bits) - 1;
    if (whole < min || whole > max) return false;
    scratch.setBigUint64(0, BigInt.asUintN(bits, BigInt(whole)) << BigInt(64 - bits));
  }
  for (let i = 0; i < count; i++) {
    registers[at + i] = scratch.getUint16(2 * (order === "big" ? i : count - 1 - i));
  }
  return true;
}

const scratch = new DataView(new ArrayBuffer(8));

const finite = (value: number): number => (Number.isFinite(value) ? value : Number.NaN);

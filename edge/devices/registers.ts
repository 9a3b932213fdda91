/** Two registers at once, most significant word first (SunSpec, as Modbus). The typed array cuts to 16 bits. */
export const putInt32 = (registers: Uint16Array, at: number, value: number): void => {
  registers[at] = value >> 16;
  registers[at + 1] = value;
};

export const putUint32 = (registers: Uint16Array, at: number, value: number): void => {
  registers[at] = value / 0x10000;
  registers[at + 1] = value;
};

/** Whether two 32-bit values are the same, unscaled. */
export const isSame32 = (registers: Uint16Array, at: number, otherAt: number): boolean =>
  registers[at] === registers[otherAt] && registers[at + 1] === registers[otherAt + 1];

export function isEqual(a: Uint16Array, b: Uint16Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

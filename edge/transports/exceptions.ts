/** The exception code of a Modbus answer in words (MODBUS Application Protocol V1.1b3, section 7). */
export const nameException = (code: number): string => NAMES[code] ?? "unknown exception";

const NAMES: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "server device failure",
  5: "acknowledge",
  6: "server device busy",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target device failed to respond",
};

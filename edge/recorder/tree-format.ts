/** Plain data: what can cross a thread and has no cycles. */
export type Tree = undefined | null | boolean | number | string | readonly Tree[] | { readonly [key: string]: Tree };

/** What stands before a value. Never renumber: old recordings are read by new programs. */
export const Tag = {
  Undefined: 0,
  Null: 1,
  False: 2,
  True: 3,
  /** Zigzag varint. */
  Integer: 4,
  Float: 5,
  /** Length and UTF-8; it gets the next number of this recording's strings. */
  NewString: 6,
  KnownString: 7,
  /** Length and items. */
  Array: 8,
  /** Count, and for each a string and a value. */
  Object: 9,
  /** Zigzag varint of 1/1024 added to the number before. */
  Move: 10,
  /** The same again as the last move in this tree. */
  SameMove: 11,
} as const;

/** The clock counts milliseconds in 1/1024, so that ages and times move by whole ticks. */
export const TICKS_PER_UNIT = 1_024;

export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);

export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

export const isContainer = (value: Tree): value is readonly Tree[] | { readonly [key: string]: Tree } =>
  typeof value === "object" && value !== null;

/** The same length, or the same keys in the same order. */
export function isSameShape(a: object, b: object): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length;
  if (Array.isArray(b)) return false;
  const keysOfA = Object.keys(a);
  const keysOfB = Object.keys(b);
  if (keysOfA.length !== keysOfB.length) return false;
  for (let index = 0; index < keysOfA.length; index++) if (keysOfA[index] !== keysOfB[index]) return false;
  return true;
}

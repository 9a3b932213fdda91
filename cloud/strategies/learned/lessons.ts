/** Parts of the store, from empty to full, whose worth is learned and told apart. */
export const OUTPUTS = 8;

/** Rows of features, row by row, and what each row should have answered. */
export interface Lessons {
  readonly rows: number;
  readonly features: number;
  readonly x: Float32Array;
  /** `rows · OUTPUTS`. */
  readonly y: Float32Array;
}

/** Some of the lessons. */
export function lessonsWhere({ rows, features, x, y }: Lessons, isKept: (row: number) => boolean): Lessons {
  const kept = Array.from({ length: rows }, (_, row) => row).filter(isKept);
  const some = {
    rows: kept.length,
    features,
    x: new Float32Array(kept.length * features),
    y: new Float32Array(kept.length * OUTPUTS),
  };
  for (const [at, row] of kept.entries()) {
    some.x.set(x.subarray(row * features, (row + 1) * features), at * features);
    some.y.set(y.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), at * OUTPUTS);
  }
  return some;
}

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

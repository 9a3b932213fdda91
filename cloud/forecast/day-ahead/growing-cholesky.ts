import { invariant } from "@penstock/protocol/result";

/**
 * The Cholesky factor L of a covariance matrix that gains a row at a time, together with Z = L⁻¹ Y for its targets.
 *
 * What is expected of the next row, given its covariances k with the rows before, is v · Z with v = L⁻¹ k; and v is
 * also the next row of L once its targets are known. So forecasting a row is most of the work of learning it.
 */
export class GrowingCholesky {
  readonly #rowsMax: number;
  readonly #targets: number;
  /** Rows of the triangle one after another; row i begins at i (i + 1) / 2. */
  readonly #factor: Float64Array;
  readonly #solved: Float64Array;
  #rows = 0;

  constructor(rowsMax: number, targets: number) {
    this.#rowsMax = rowsMax;
    this.#targets = targets;
    this.#factor = new Float64Array((rowsMax * (rowsMax + 1)) / 2);
    this.#solved = new Float64Array(rowsMax * targets);
  }

  get rows(): number {
    return this.#rows;
  }

  /**
   * v = L⁻¹ k for several rows, in place of their covariances k with the rows there are. Many at once cost little more
   * than a few: what takes the time is reading L from memory. `fromRow` skips what has been done before.
   */
  project(covariances: readonly Float64Array[], fromRow = 0): void {
    const factor = this.#factor;
    for (let i = fromRow, row = (fromRow * (fromRow + 1)) / 2; i < this.#rows; row += ++i) {
      const diagonal = factor[row + i] as number;
      for (const v of covariances) v[i] = ((v[i] as number) - dot(factor, row, v, i)) / diagonal;
    }
  }

  /** The expected targets of a row, from its projection. */
  expected(projection: Float64Array): Float64Array {
    const targets = this.#targets;
    const expected = new Float64Array(targets);
    for (let i = 0, at = 0; i < this.#rows; i++) {
      const share = projection[i] as number;
      for (let h = 0; h < targets; h++, at++) {
        expected[h] = (expected[h] as number) + share * (this.#solved[at] as number);
      }
    }
    return expected;
  }

  /** Learns a row: its projection, its variance (noise included), its targets. */
  append(projection: Float64Array, variance: number, values: Float64Array): void {
    invariant(this.#rows < this.#rowsMax, "a factor has room for the rows it was made for");
    const row = this.#rows;
    const start = (row * (row + 1)) / 2;
    const left = variance - dot(projection, 0, projection, row);
    invariant(left > 0, "a covariance with noise is positive definite");
    const diagonal = Math.sqrt(left);
    this.#factor.set(projection.subarray(0, row), start);
    this.#factor[start + row] = diagonal;
    const expected = this.expected(projection);
    for (let h = 0; h < this.#targets; h++) {
      this.#solved[row * this.#targets + h] = ((values[h] as number) - (expected[h] as number)) / diagonal;
    }
    this.#rows = row + 1;
  }
}

/** Σ a[from + j] · b[j], j below count; four sums at a time, which is what keeps the processor busy. */
function dot(a: Float64Array, from: number, b: Float64Array, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < count; j += 4) {
    s0 += (a[from + j] as number) * (b[j] as number);
    s1 += (a[from + j + 1] as number) * (b[j + 1] as number);
    s2 += (a[from + j + 2] as number) * (b[j + 2] as number);
    s3 += (a[from + j + 3] as number) * (b[j + 3] as number);
  }
  for (; j < count; j++) s0 += (a[from + j] as number) * (b[j] as number);
  return s0 + s1 + s2 + s3;
}

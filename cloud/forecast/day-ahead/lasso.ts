/**
 * Least squares with an absolute penalty, for standardised inputs and one target:
 *
 *   min over b   ½ yᵀy − bᵀc + ½ bᵀG b + λ Σ|b_j|        G = XᵀX / n,  c = Xᵀy / n
 *
 * by coordinate descent on the Gram matrix, which all 24 hours of a day share. `residual` is c − G b throughout.
 */
export class LassoProblem {
  readonly size: number;
  readonly coefficients: Float64Array;
  readonly #gram: Float64Array;
  readonly #residual: Float64Array;
  readonly #correlation: Float64Array;
  readonly #active: Int32Array;
  #activeCount = 0;
  #small = new Float64Array(0);

  /** `gram` is size × size, row by row. `start` is where to begin, the solution of a similar problem. */
  constructor(gram: Float64Array, correlation: Float64Array, start?: Float64Array) {
    const size = correlation.length;
    this.size = size;
    this.#gram = gram;
    this.#correlation = correlation;
    this.#residual = correlation.slice();
    this.coefficients = new Float64Array(size);
    this.#active = new Int32Array(size);
    if (start === undefined) return;
    for (let j = 0; j < size; j++) {
      const value = start[j] as number;
      if (value !== 0) this.#set(j, value);
    }
  }

  /** The least penalty at which every coefficient is zero. */
  static penaltyMax(correlation: Float64Array): number {
    return correlation.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
  }

  get nonZeros(): number {
    let count = 0;
    for (let j = 0; j < this.size; j++) if (this.coefficients[j] !== 0) count++;
    return count;
  }

  /** Share of the target's variance (its mean square, given) that is left unexplained. */
  unexplained(meanSquare: number): number {
    let left = meanSquare;
    for (let j = 0; j < this.size; j++) {
      const value = this.coefficients[j] as number;
      if (value !== 0) left -= value * ((this.#correlation[j] as number) + (this.#residual[j] as number));
    }
    return Math.max(left, 0) / meanSquare;
  }

  /** Moves to the optimum for a penalty, to within `tolerance` of a coefficient's step; true when it got there. */
  solve(penalty: number, tolerance = 1e-4, roundsMax = 60): boolean {
    for (let round = 0; round < roundsMax; round++) {
      if (this.#sweepAll(penalty) < tolerance) return true;
      this.#settleActive(penalty, tolerance, roundsMax);
    }
    return false;
  }

  /** One round over all coefficients; remembers which are in use. Returns the largest step. */
  #sweepAll(penalty: number): number {
    let largest = 0;
    this.#activeCount = 0;
    for (let j = 0; j < this.size; j++) {
      const old = this.coefficients[j] as number;
      const value = shrink(this.#residual[j] as number, this.#gram[j * this.size + j] as number, old, penalty);
      if (value !== old) {
        this.#set(j, value);
        largest = Math.max(largest, Math.abs(value - old));
      }
      if (value !== 0) this.#active[this.#activeCount++] = j;
    }
    return largest;
  }

  /** Rounds over the coefficients in use alone, on a small Gram matrix of their own, until they rest. */
  #settleActive(penalty: number, tolerance: number, roundsMax: number): void {
    const count = this.#activeCount;
    const gram = this.#small.length >= count * count ? this.#small : new Float64Array(this.size * this.size);
    this.#small = gram;
    const residual = new Float64Array(count);
    const values = new Float64Array(count);
    for (let a = 0; a < count; a++) {
      const j = this.#active[a] as number;
      residual[a] = this.#residual[j] as number;
      values[a] = this.coefficients[j] as number;
      const row = j * this.size;
      for (let b = 0; b < count; b++) gram[a * count + b] = this.#gram[row + (this.#active[b] as number)] as number;
    }
    for (let round = 0, largest = tolerance; round < roundsMax && largest >= tolerance; round++) {
      largest = 0;
      for (let a = 0, row = 0; a < count; a++, row += count) {
        const old = values[a] as number;
        const value = shrink(residual[a] as number, gram[row + a] as number, old, penalty);
        const step = value - old;
        if (step === 0) continue;
        values[a] = value;
        for (let b = 0; b < count; b++) residual[b] = (residual[b] as number) - step * (gram[row + b] as number);
        largest = Math.max(largest, Math.abs(step));
      }
    }
    for (let a = 0; a < count; a++) {
      const j = this.#active[a] as number;
      if (values[a] !== this.coefficients[j]) this.#set(j, values[a] as number);
    }
  }

  #set(j: number, value: number): void {
    const step = value - (this.coefficients[j] as number);
    this.coefficients[j] = value;
    const gram = this.#gram;
    const residual = this.#residual;
    const row = j * this.size;
    for (let k = 0; k < this.size; k++) residual[k] = (residual[k] as number) - step * (gram[row + k] as number);
  }
}

/** The best value of one coefficient with all others as they are. */
function shrink(residual: number, diagonal: number, old: number, penalty: number): number {
  if (diagonal <= 0) return 0;
  const pull = residual + diagonal * old;
  if (pull > penalty) return (pull - penalty) / diagonal;
  return pull < -penalty ? (pull + penalty) / diagonal : 0;
}

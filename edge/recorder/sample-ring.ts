/** The last so many samples, each a row of numbers; the oldest is overwritten. No garbage while it runs. */
export class SampleRing {
  readonly #columns: number;
  readonly #capacity: number;
  readonly #values: Float64Array;
  #added = 0;

  constructor(columns: number, capacity: number) {
    this.#columns = columns;
    this.#capacity = capacity;
    this.#values = new Float64Array(columns * capacity);
  }

  add(row: readonly number[]): void {
    this.#values.set(row, (this.#added % this.#capacity) * this.#columns);
    this.#added++;
  }

  /** A copy, oldest first. */
  rows(): number[][] {
    const count = Math.min(this.#added, this.#capacity);
    return Array.from({ length: count }, (_, index) => {
      const at = ((this.#added - count + index) % this.#capacity) * this.#columns;
      return Array.from(this.#values.subarray(at, at + this.#columns));
    });
  }
}

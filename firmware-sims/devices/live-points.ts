import type { Point } from "./point.ts";

/**
 * What the live points of a model show, reckoned in one go: `fill` puts a value, in SI units, for each of `names`, in
 * their order; names in brackets show the same value. For a model somebody reads every cycle: its values share what
 * they are made of, and thirty functions asked one by one cost more than the physics behind them.
 */
export interface Sheet {
  readonly names: readonly (string | readonly string[])[];
  fill(into: Float64Array): void;
}

/** Live points that are reckoned together. They are encoded when they are read, and those that have moved only. */
export class LivePoints {
  readonly #fill: Sheet["fill"];
  /** By value: what it is now, and what was encoded last. */
  readonly #values: Float64Array;
  readonly #shown: Float64Array;
  /** The points of value `i` are those from `#first[i]` to before `#first[i + 1]`. */
  readonly #first: Uint16Array;
  readonly #points: readonly Point[];

  /** `points[i]` show what `fill` puts at `i`. */
  constructor(points: readonly (readonly Point[])[], fill: Sheet["fill"]) {
    this.#fill = fill;
    this.#values = new Float64Array(points.length);
    this.#shown = new Float64Array(points.length).fill(Number.NaN);
    this.#first = new Uint16Array(points.length + 1);
    points.forEach((some, index) => {
      this.#first[index + 1] = (this.#first[index] ?? 0) + some.length;
    });
    this.#points = points.flat();
  }

  /** Whether any of them has a register in `[from, to)`, absolute. */
  touches(from: number, to: number): boolean {
    return this.#points.some(({ address, registers }) => address < to && address + registers > from);
  }

  /** Encodes what has moved since it was last asked, into the registers of the device, which begin at `base`. */
  show(words: Uint16Array, base: number): void {
    const values = this.#values;
    const shown = this.#shown;
    this.#fill(values);
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      if (value === shown[index]) continue;
      shown[index] = value;
      const end = this.#first[index + 1] as number;
      for (let at = this.#first[index] as number; at < end; at++) {
        const point = this.#points[at] as Point;
        point.encode(words, point.address - base, value * point.factor + point.offset);
      }
    }
  }

  /** The registers are not what was encoded last, or something else is to stand there: all of it again when asked. */
  forget(): void {
    this.#shown.fill(Number.NaN);
  }

  /** Ends every lie. */
  tellTruth(): void {
    for (const point of this.#points) {
      point.factor = 1;
      point.offset = 0;
    }
    this.forget();
  }
}

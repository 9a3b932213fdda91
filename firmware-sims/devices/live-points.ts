import { encode, type Point } from "./point.ts";

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
  /**
   * What is needed of each point to encode it, in rows of its own: gathered from the points one by one it would fill the
   * processor's nearest memory with what is not needed.
   */
  readonly #at: Uint16Array;
  readonly #form: Uint8Array;
  readonly #scale: Float64Array;
  #isLying = false;

  /** `points[i]` show what `fill` puts at `i`; the registers of the device begin at `base`. */
  constructor(points: readonly (readonly Point[])[], fill: Sheet["fill"], base: number) {
    this.#fill = fill;
    this.#values = new Float64Array(points.length);
    this.#shown = new Float64Array(points.length).fill(Number.NaN);
    this.#first = new Uint16Array(points.length + 1);
    points.forEach((some, index) => {
      this.#first[index + 1] = (this.#first[index] ?? 0) + some.length;
    });
    this.#points = points.flat();
    this.#at = Uint16Array.from(this.#points, ({ address }) => address - base);
    this.#form = Uint8Array.from(this.#points, ({ form }) => form);
    this.#scale = Float64Array.from(this.#points, ({ scale }) => scale);
  }

  /** Whether any of them has a register in `[from, to)`, absolute. */
  touches(from: number, to: number): boolean {
    return this.#points.some(({ address, registers }) => address < to && address + registers > from);
  }

  /** Encodes what has moved since it was last asked. */
  show(words: Uint16Array): void {
    const values = this.#values;
    const shown = this.#shown;
    this.#fill(values);
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as number;
      if (value === shown[index]) continue;
      shown[index] = value;
      const end = this.#first[index + 1] as number;
      for (let row = this.#first[index] as number; row < end; row++) {
        const at = this.#at[row] as number;
        if (this.#isLying || Number.isNaN(value)) this.#points[row]?.show(words, at, value);
        else encode(words, at, this.#form[row] as number, values, index, this.#scale, row);
      }
    }
  }

  /** The registers are not what was encoded last, or something else is to stand there: all of it again when asked. */
  forget(): void {
    this.#shown.fill(Number.NaN);
  }

  /** One of the points may lie from now on. */
  lie(): void {
    this.#isLying = true;
    this.forget();
  }

  /** Ends every lie. */
  tellTruth(): void {
    this.#isLying = false;
    for (const point of this.#points) {
      point.factor = 1;
      point.offset = 0;
    }
    this.forget();
  }
}

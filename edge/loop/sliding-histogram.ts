/**
 * Percentiles over the last `size` values, milliseconds ≥ 0, with about 1 % resolution from 1 µs to a minute: adding costs
 * the same whether asked often or never, which a sorted window would not. Zero and less count as 0.
 */
export class SlidingHistogram {
  /** The bucket of each value that still counts, oldest overwritten first. */
  readonly #window: Uint16Array;
  readonly #counts = new Uint32Array(BUCKETS);
  /** Of all values, those that have left the window too. */
  readonly #everCounts = new Uint32Array(BUCKETS);
  #added = 0;
  /** No value was ever in a bucket above: most are in the lowest few of all those there are. */
  #highest = 0;

  constructor(size: number) {
    this.#window = new Uint16Array(Math.max(1, size));
  }

  add(valueMs: number): void {
    const place = this.#added % this.#window.length;
    if (this.#added >= this.#window.length) {
      const oldest = this.#window[place] ?? 0;
      this.#counts[oldest] = (this.#counts[oldest] ?? 1) - 1;
    }
    const bucket = valueMs > 0 ? bucketOf(valueMs) : 0;
    this.#window[place] = bucket;
    if (bucket > this.#highest) this.#highest = bucket;
    this.#everCounts[bucket] = (this.#everCounts[bucket] ?? 0) + 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#added++;
  }

  /** The smallest value that at least this fraction of the window does not exceed; 0 while there is none. */
  at(fraction: number): number {
    const count = Math.min(this.#added, this.#window.length);
    const wanted = Math.max(1, Math.ceil(fraction * count));
    let seen = 0;
    for (let bucket = 0; bucket <= this.#highest; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= wanted) return upperEndOf(bucket);
    }
    return 0;
  }

  /** How many of all values there ever were of each size: pairs of a size, rounded up, and a count above 0, in order. */
  ever(): readonly (readonly [valueMs: number, count: number])[] {
    const pairs: [number, number][] = [];
    for (let bucket = 0; bucket <= this.#highest; bucket++) {
      const count = this.#everCounts[bucket] ?? 0;
      if (count > 0) pairs.push([upperEndOf(bucket), count]);
    }
    return pairs;
  }
}

const MS_MIN = 0.001;
const PER_OCTAVE = 64;
/** 26 octaves above a microsecond: 67 s. */
const BUCKETS = 26 * PER_OCTAVE + 2;

const bucketOf = (valueMs: number): number =>
  Math.min(BUCKETS - 1, Math.max(1, 1 + Math.ceil(Math.log2(valueMs / MS_MIN) * PER_OCTAVE)));

/** The upper end of a bucket, so that a percentile is never flattered; three digits are all it knows. */
const upperEndOf = (bucket: number): number =>
  bucket === 0 ? 0 : Number((MS_MIN * 2 ** ((bucket - 1) / PER_OCTAVE)).toPrecision(3));

import type { Past } from "./past.ts";

const PRICE_LIKE = /price|day.?ahead|spp|lmp|^da/i;
const WINDOWS: readonly (readonly [number, number])[] = [
  [0, 1],
  [0, 2],
  [0, 4],
  [4, 8],
  [8, 12],
];
const HOURS_AHEAD = 12;
const EACH = WINDOWS.length + 4;

/**
 * What was published ahead: each series now and over the coming hours, as far as it is known. The first that looks
 * like a price is also held against the prices that came. A tree splits at any number, so what is unknown is given
 * the last known value.
 */
export class PublishedFeatures {
  readonly #perHour: number;
  readonly #price: number;
  readonly #series: number;
  readonly #recent: Float64Array;
  #next = 0;
  /** The published price of the interval described last. */
  priceNow = Number.NaN;

  constructor(past: Past, perHour: number) {
    this.#perHour = perHour;
    this.#series = past.publishedNames.length;
    this.#price = past.publishedNames.findIndex((name) => PRICE_LIKE.test(name));
    this.#recent = new Float64Array(Math.max(1, Math.round(3 * perHour)));
  }

  get count(): number {
    return this.#series * EACH + (this.#price >= 0 ? 1 : 0);
  }

  /** Whether one of the series looks like a price. */
  get hasPrice(): boolean {
    return this.#price >= 0;
  }

  /** Of intervals `from .. to − 1`, as far as it was published; undefined where it was not. */
  meanPrice(past: Past, from: number, to: number): number | undefined {
    return this.#price < 0 ? undefined : meanPublished(past, this.#price, from, Math.min(to, past.publishedEnd));
  }

  take(past: Past, index: number, price: number): void {
    if (this.#price < 0) return;
    const published = past.published(this.#price, index);
    this.#recent[this.#next++ % this.#recent.length] = Number.isNaN(published) ? 0 : price - published;
  }

  describe(past: Past, x: Float32Array, at: number): void {
    const t = past.length;
    let next = at;
    for (let series = 0; series < this.#series; series++) {
      const known = Math.min(past.publishedEnd, t + Math.round(HOURS_AHEAD * this.#perHour));
      const now = valueAt(past, series, t);
      const mean = (from: number, to: number): number => {
        const end = Math.min(known, t + Math.max(1, Math.round(to * this.#perHour)));
        return meanPublished(past, series, t + Math.round(from * this.#perHour), end) ?? now;
      };
      let highest = now;
      let lowest = now;
      for (let index = t; index < known; index++) {
        const value = past.published(series, index);
        if (value > highest) highest = value;
        if (value < lowest) lowest = value;
      }
      x[next++] = now;
      x[next++] = highest;
      x[next++] = lowest;
      x[next++] = now - lowest === 0 ? 0 : (now - lowest) / (highest - lowest);
      for (const [from, to] of WINDOWS) x[next++] = mean(from, to);
      if (series === this.#price) this.priceNow = now;
    }
    if (this.#price >= 0) x[next] = this.#recent.reduce((sum, value) => sum + value, 0) / this.#recent.length;
  }
}

function meanPublished(past: Past, series: number, from: number, end: number): number | undefined {
  let sum = 0;
  let count = 0;
  for (let index = from; index < end; index++) {
    const value = past.published(series, index);
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? undefined : sum / count;
}

/** The value at an interval, or the last there was within a day before it; nothing when there is none. */
function valueAt(past: Past, series: number, index: number): number {
  const from = Math.min(index, past.publishedEnd - 1);
  for (let at = from; at >= Math.max(0, from - 288); at--) {
    const value = past.published(series, at);
    if (!Number.isNaN(value)) return value;
  }
  return 0;
}

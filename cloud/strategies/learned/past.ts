import type { Ms, UtcMs } from "@penstock/protocol/units";

/**
 * What a learning trader may know just before interval `length` is cleared. Whoever implements it holds no door to
 * anything later: asking beyond it is a fault of ours and throws.
 */
export interface Past {
  readonly intervalMs: Ms;
  readonly startMs: UtcMs;
  /** The market's clock is ahead of UTC by this. */
  readonly utcOffsetMs: number;
  /** Intervals cleared so far; they are 0 .. length − 1. */
  readonly length: number;
  /** The same market at an earlier moment: just before interval `length`. */
  before(length: number): Past;
  price(index: number): number;
  /** Series measured with the price, such as demand. */
  readonly measuredNames: readonly string[];
  measured(series: number, index: number): number;
  /** Series published ahead, such as a day-ahead price; known below `publishedEnd`, not a number where absent. */
  readonly publishedNames: readonly string[];
  readonly publishedEnd: number;
  published(series: number, index: number): number;
}

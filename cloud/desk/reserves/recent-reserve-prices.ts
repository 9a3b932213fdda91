import type { Interval } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { Journal } from "../journal.ts";
import type { DispatchResults } from "../market-operator.ts";

/** What reserves cleared at over the last day: all that is expected of the next. */
export class RecentReservePrices {
  /** Oldest first. */
  readonly #told: Pick<DispatchResults, "interval" | "reservePrices">[] = [];

  /** Reads back the awards of the last day of market time. */
  restore(journal: Journal, nowMs: UtcMs): void {
    const span: Interval = { startMs: (nowMs - REMEMBERED_MS) as UtcMs, endMs: nowMs };
    for (const { body } of journal.entries("award", span)) this.take(body as DispatchResults);
  }

  take({ interval, reservePrices }: DispatchResults): void {
    if (reservePrices === undefined) return;
    this.#told.push({ interval, reservePrices });
    while ((this.#told[0]?.interval.startMs ?? interval.startMs) < interval.startMs - REMEMBERED_MS) this.#told.shift();
  }

  /** Money per MW and hour; undefined for a product nobody has told a price of. */
  expected(product: string): number | undefined {
    let [sum, count] = [0, 0];
    for (const { reservePrices } of this.#told) {
      const price = reservePrices?.[product];
      if (price === undefined) continue;
      sum += price;
      count++;
    }
    return count === 0 ? undefined : sum / count;
  }
}

const REMEMBERED_MS = (24 * 3_600_000) as Ms;

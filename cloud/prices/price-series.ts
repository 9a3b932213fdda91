import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, ok } from "@penstock/protocol/result";
import type { Interval } from "@penstock/protocol/time";
import type { Currency, Ms, UtcMs } from "@penstock/protocol/units";

/**
 * Energy prices of one region: one price an interval, no gaps, money per MWh. Whoever clears, settles or
 * judges in hindsight holds the series; whoever decides holds a {@link PriceHistory} of it.
 */
export interface PriceSeries {
  readonly region: string;
  readonly currency: Currency;
  readonly intervalMs: Ms;
  /** START of the interval of element 0, whatever the file it came from stamps. */
  readonly startMs: UtcMs;
  /**
   * When a price becomes known, counted from the start of its interval: 0 where dispatch publishes it at the
   * start (NEM), one interval length or more where it is worked out afterwards (imbalance prices).
   */
  readonly knownAfterStartMs: Ms;
  readonly prices: Float64Array;
  /** True when no market ever cleared at these prices. Shown wherever the prices are shown. */
  readonly generated: boolean;
  readonly source: string;
}

export const seriesEndMs = (series: PriceSeries): UtcMs =>
  (series.startMs + series.prices.length * series.intervalMs) as UtcMs;

/** The interval of one element. */
export const intervalOf = (series: PriceSeries, index: number): Interval => ({
  startMs: (series.startMs + index * series.intervalMs) as UtcMs,
  endMs: (series.startMs + (index + 1) * series.intervalMs) as UtcMs,
});

/** The element whose interval contains an instant; outside the series it is below 0 or beyond the end. */
export const indexAt = (series: PriceSeries, instantMs: UtcMs): number =>
  Math.floor((instantMs - series.startMs) / series.intervalMs);

/** The cleared price of the interval that contains an instant. Hindsight: for clearing, settling and judging only. */
export function clearedPrice(series: PriceSeries, instantMs: UtcMs): Result<number, CodedError> {
  const price = series.prices[indexAt(series, instantMs)];
  if (price === undefined) {
    return fail({
      code: "prices.outside-series",
      instantMs,
      startMs: series.startMs,
      endMs: seriesEndMs(series),
    });
  }
  return ok(price);
}

import type { BidDiffDocument, BidEffectDocument, BidEffectPoint } from "@penstock/protocol/fleet";
import type { Interval } from "@penstock/protocol/time";
import type { Currency } from "@penstock/protocol/units";
import type { OfferedCurve } from "../dispatch/split-award.ts";
import type { PriceForecast } from "../forecast/forecaster.ts";
import type { BidStep } from "../markets/market.ts";
import { aggregateCurves, powerAt } from "../strategies/price-quantity-curve.ts";

/** Reference prices a bid is judged at, money per MWh. */
export interface ExpectedPrice {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

/** What a forecast says of one interval: its mean, and its outer tenths where it has quantiles; null outside its reach. */
export function expectedPriceOf(forecast: PriceForecast, { startMs }: Interval): ExpectedPrice | null {
  const index = Math.round((startMs - forecast.startMs) / forecast.intervalMs);
  const expected = forecast.mean[index];
  if (expected === undefined) return null;
  const nearest = (wanted: number): number => {
    const [first, ...rest] = forecast.quantiles;
    if (first === undefined) return expected;
    const found = rest.reduce(
      (best, each) => (Math.abs(each.p - wanted) < Math.abs(best.p - wanted) ? each : best),
      first,
    );
    return found.prices[index] ?? expected;
  };
  return { low: Math.min(nearest(0.1), expected), expected, high: Math.max(nearest(0.9), expected) };
}

/** Two stacks side by side, by product and price; steps that stay as they are are left in, so that the whole bid can be read. */
export function diffOf(before: readonly BidStep[], after: readonly BidStep[]): readonly BidDiffDocument[] {
  const rows = new Map<string, { product?: string; pricePerMWh: number; beforeMW: number; afterMW: number }>();
  const add = (steps: readonly BidStep[], side: "beforeMW" | "afterMW"): void => {
    for (const { product, pricePerMWh, volumeMW } of steps) {
      const key = `${product ?? ""} ${pricePerMWh}`;
      const row = rows.get(key) ?? { ...(product !== undefined && { product }), pricePerMWh, beforeMW: 0, afterMW: 0 };
      row[side] += volumeMW;
      rows.set(key, row);
    }
  };
  add(before, "beforeMW");
  add(after, "afterMW");
  return [...rows.values()].sort(
    (a, b) => (a.product ?? "").localeCompare(b.product ?? "") || a.pricePerMWh - b.pricePerMWh,
  );
}

export interface EffectInputs {
  readonly before: readonly OfferedCurve[];
  readonly after: readonly OfferedCurve[];
  readonly price: ExpectedPrice;
  readonly interval: Interval;
  readonly lossFactor: number;
  readonly currency: Currency;
}

/** Money is reference price × loss factor × energy; what the unit delivers is what its curves say at that price. */
export function effectOf({ before, after, price, interval, lossFactor, currency }: EffectInputs): BidEffectDocument {
  const intervalH = (interval.endMs - interval.startMs) / 3_600_000;
  const pointAt = (pricePerMWh: number): BidEffectPoint => {
    const atUnit = pricePerMWh * lossFactor;
    const beforeMW = deliveredMW(before, atUnit);
    const afterMW = deliveredMW(after, atUnit);
    return { pricePerMWh, beforeMW, afterMW, moneyChange: (afterMW - beforeMW) * intervalH * atUnit };
  };
  return { currency, low: pointAt(price.low), expected: pointAt(price.expected), high: pointAt(price.high) };
}

const deliveredMW = (offers: readonly OfferedCurve[], atUnit: number): number =>
  offers.length === 0 ? 0 : powerAt(aggregateCurves(offers.map(({ curve }) => curve)), atUnit) / 1e6;

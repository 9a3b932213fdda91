import type { CodedError, Result } from "@penstock/protocol/result";
import { ok } from "@penstock/protocol/result";
import type { BandPriceRequest, BandPrices } from "../market.ts";
import { BANDS, nemRulesAt, PRICE_TICK } from "./rules.ts";

/** Beyond the dearest price expected by this much, lies a band for days dearer than expected. */
const DEARER_THAN_EXPECTED = 1.5;

/**
 * Ten prices a direction for a whole trading day. Four are always there, so that every volume can be moved to
 * "at any price", "when it costs nothing", "only in a crisis" and "never": the floor, zero, nine tenths of the
 * cap and the cap, all at the unit (times its loss factor). Five lie where the strategies expect to act, at the
 * quantiles of the prices they name; one lies above all of those, since a day can turn out dearer than expected
 * and between there and the cap is nothing.
 */
export function dayBandPrices({ unit, day, levels }: BandPriceRequest): Result<BandPrices, CodedError> {
  const rules = nemRulesAt(day.startMs);
  if (!rules.ok) return rules;
  const floor = ceilToTick(rules.value.marketPriceFloor * unit.lossFactor);
  const cap = floorToTick(rules.value.marketPriceCap * unit.lossFactor);
  const always = [floor, 0, floorToTick(0.9 * cap), cap];
  return ok({
    sell: spread(
      always,
      levels.flatMap((each) => each.sellPrices),
    ),
    buy: spread(
      always,
      levels.flatMap((each) => each.buyPrices),
    ),
  });
}

function spread(always: readonly number[], wanted: readonly number[]): readonly number[] {
  const bottom = Math.min(...always);
  const top = Math.max(...always);
  const sorted = wanted.filter((price) => price > bottom && price < top).sort((a, b) => a - b);
  const prices = new Set(always);
  const dearest = sorted.at(-1);
  if (dearest !== undefined && dearest > 0) prices.add(roundToTick(Math.min(top, dearest * DEARER_THAN_EXPECTED)));
  const free = BANDS - prices.size;
  for (let band = 0; band < free && sorted.length > 0; band++) {
    prices.add(roundToTick(sorted[Math.floor(((band + 0.5) / free) * sorted.length)] as number));
  }
  while (prices.size < BANDS) prices.add(middleOfWidestGap([...prices].sort((a, b) => a - b)));
  return [...prices].sort((a, b) => a - b);
}

/**
 * On a scale that treats 10 to 100 like 100 to 1000, since that is how power prices are spread.
 */
function middleOfWidestGap(ascending: readonly number[]): number {
  let middle = Number.NaN;
  let widest = 0;
  for (let index = 1; index < ascending.length; index++) {
    const from = Math.asinh(ascending[index - 1] as number);
    const to = Math.asinh(ascending[index] as number);
    if (to - from > widest) {
      widest = to - from;
      middle = roundToTick(Math.sinh((from + to) / 2));
    }
  }
  return middle;
}

const TICKS_PER_UNIT = Math.round(1 / PRICE_TICK);
const roundToTick = (price: number): number => Math.round(price * TICKS_PER_UNIT) / TICKS_PER_UNIT + 0;
// A hair of tolerance, so that 16600 * 1 stays 16600 and 0.29 * 100 is 29.
const floorToTick = (price: number): number => Math.floor(price * TICKS_PER_UNIT + 1e-6) / TICKS_PER_UNIT + 0;
const ceilToTick = (price: number): number => Math.ceil(price * TICKS_PER_UNIT - 1e-6) / TICKS_PER_UNIT + 0;

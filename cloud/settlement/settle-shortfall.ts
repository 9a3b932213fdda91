import type { Delivery, Market, SettlementLine } from "../markets/market.ts";

/**
 * Energy of an interval, what is missing by itself: the award as if delivered in full, and what was not delivered bought
 * back by the market's own rule. Where the shortfall is charged at the interval's own price the two add up to the money for
 * what was metered; at an imbalance price they do not. Nothing missing, or more delivered than awarded: the metered energy
 * alone.
 *
 *   charge = (metered − awarded) × (imbalance price, where there is one, else the interval's)
 */
export function settleShortfall(
  market: Market,
  delivery: Delivery,
  imbalancePricePerMWh?: number,
): readonly SettlementLine[] {
  const { award, meteredWh } = delivery;
  const { interval } = award;
  const awardedWh = (award.targetW * (interval.endMs - interval.startMs)) / 3_600_000;
  const isShort = (awardedWh - meteredWh) * Math.sign(awardedWh) > 0;
  if (!isShort) return market.settle(delivery);
  const inFull = market.settle({ ...delivery, meteredWh: awardedWh });
  const missingMWh = (meteredWh - awardedWh) / 1e6;
  const { rule, imbalanceRule, source, isVerified } = market.shortfall;
  const isImbalance = imbalancePricePerMWh !== undefined && imbalanceRule !== undefined;
  const atMeter = amountOf(market.settle(delivery)) - amountOf(inFull);
  const amount = isImbalance ? missingMWh * imbalancePricePerMWh : atMeter;
  return [
    ...inFull,
    {
      unitId: award.unitId,
      interval,
      product: "energy-shortfall",
      quantityMWh: missingMWh,
      pricePerMWh: isImbalance ? imbalancePricePerMWh : delivery.pricePerMWh,
      amount,
      currency: market.currency,
      rule: isImbalance ? imbalanceRule : rule,
      source,
      isVerified,
    },
  ];
}

export const amountOf = (lines: readonly SettlementLine[]): number =>
  lines.reduce((total, { amount }) => total + amount, 0);

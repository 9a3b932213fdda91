import type { Delivery, SettlementLine } from "../market.ts";

/**
 * Real-time energy of one fifteen-minute interval: metered MWh × settlement point price. A unit with a day-ahead award
 * is paid that at the day-ahead price and settles only the difference here; see {@link settleDayAhead}. Base-point
 * deviation charges are not part of these lines. Source: NPRR1014, as summarised; details unverified.
 */
export function settle({ award, meteredWh, pricePerMWh }: Delivery): readonly SettlementLine[] {
  const quantityMWh = meteredWh / 1e6;
  return [
    {
      unitId: award.unitId,
      interval: award.interval,
      product: "energy",
      quantityMWh,
      pricePerMWh,
      amount: quantityMWh * pricePerMWh,
      currency: "USD",
      rule: "ercot.real-time-energy",
    },
  ];
}

/** A day-ahead award is paid at the day-ahead price and bought back at the real-time price: two lines an interval. */
export function settleDayAhead(
  delivery: Pick<Delivery, "award" | "pricePerMWh">,
  dayAhead: { readonly awardMWh: number; readonly pricePerMWh: number },
): readonly SettlementLine[] {
  const { award, pricePerMWh } = delivery;
  const line = (product: string, quantityMWh: number, price: number, rule: string): SettlementLine => ({
    unitId: award.unitId,
    interval: award.interval,
    product,
    quantityMWh,
    pricePerMWh: price,
    amount: quantityMWh * price,
    currency: "USD",
    rule,
  });
  return [
    line("day-ahead-energy", dayAhead.awardMWh, dayAhead.pricePerMWh, "ercot.day-ahead-energy"),
    line("day-ahead-buy-back", -dayAhead.awardMWh, pricePerMWh, "ercot.real-time-imbalance"),
  ];
}

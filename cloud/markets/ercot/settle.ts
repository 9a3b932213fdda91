import type { Delivery, SettlementLine } from "../market.ts";

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

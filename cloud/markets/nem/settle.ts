import type { Delivery, SettlementLine } from "../market.ts";

/**
 * Energy of one five-minute interval: metered MWh × regional reference price × loss factor. What was awarded
 * but not delivered earns nothing; deviation charges are not part of this line.
 */
export function settle({ award, meteredWh, pricePerMWh, lossFactor }: Delivery): readonly SettlementLine[] {
  const quantityMWh = meteredWh / 1e6;
  return [
    {
      unitId: award.unitId,
      interval: award.interval,
      product: "energy",
      quantityMWh,
      pricePerMWh,
      amount: quantityMWh * pricePerMWh * lossFactor,
      currency: "AUD",
      rule: "nem.five-minute-settlement",
    },
  ];
}

import type { Interval } from "@penstock/protocol/time";
import type { Currency } from "@penstock/protocol/units";
import type { SettlementLine } from "./market.ts";

/**
 * Single-price imbalance: what was metered beyond what was sold is sold at the imbalance price, what was missing bought
 * at it. `(metered − contracted) × price`, positive out, received when positive. Great Britain's system price per half
 * hour, the German reBAP and the Belgian price per quarter hour all have this form.
 */
export const settleImbalance = (
  about: {
    readonly unitId: string;
    readonly interval: Interval;
    readonly currency: Currency;
    readonly marketId: string;
  },
  meteredMWh: number,
  contractedMWh: number,
  imbalancePricePerMWh: number,
): SettlementLine => ({
  unitId: about.unitId,
  interval: about.interval,
  product: "imbalance",
  quantityMWh: meteredMWh - contractedMWh,
  pricePerMWh: imbalancePricePerMWh,
  amount: (meteredMWh - contractedMWh) * imbalancePricePerMWh,
  currency: about.currency,
  rule: `${about.marketId}.single-price-imbalance`,
});

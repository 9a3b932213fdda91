import type { Interval } from "@penstock/protocol/time";
import type { SettlementLine } from "../market.ts";
import type { ResponseBasket, ResponseOrder, ResponseService } from "./response-basket.ts";

export type ResponsePrices = Readonly<Partial<Record<ResponseService, number>>>;

export interface ResponseAward {
  readonly basketId: number;
  readonly volumesMW: Readonly<Partial<Record<ResponseService, number>>>;
  /** What the cleared prices pay above the prices asked, GBP/h. */
  readonly surplusPerHour: number;
}

/**
 * What a price taker's baskets of one block would be awarded: the one with the largest surplus, none when no surplus is
 * to be had. Children are taken where they add to it; of those that stand in for each other the best one.
 */
export function clearBaskets(baskets: readonly ResponseBasket[], prices: ResponsePrices): ResponseAward | undefined {
  let best: ResponseAward | undefined;
  for (const { basketId, orders } of baskets) {
    const parents = orders.filter(({ kind }) => kind === "parent");
    const children = orders.filter((order) => order.kind === "child" && surplusOf(order, prices) > 0);
    const standIns = orders
      .filter((order) => order.kind === "substitutable" && surplusOf(order, prices) > 0)
      .sort((a, b) => surplusOf(b, prices) - surplusOf(a, prices))
      .slice(0, 1);
    const taken = [...parents, ...children, ...standIns];
    const surplusPerHour = taken.reduce((total, order) => total + surplusOf(order, prices), 0);
    if (surplusPerHour < 0 || surplusPerHour <= (best?.surplusPerHour ?? -1)) continue;
    const volumesMW: Partial<Record<ResponseService, number>> = {};
    for (const order of taken) {
      for (const [service, volumeMW] of Object.entries(order.volumesMW)) {
        volumesMW[service as ResponseService] = (volumesMW[service as ResponseService] ?? 0) + volumeMW;
      }
    }
    best = { basketId, volumesMW, surplusPerHour };
  }
  return best;
}

/** Availability: MW × clearing price × hours, a line a service. Performance factors are not part of it. */
export function settleResponse(
  basket: ResponseBasket,
  award: ResponseAward,
  prices: ResponsePrices,
): readonly SettlementLine[] {
  return Object.entries(award.volumesMW).map(([service, volumeMW]) =>
    responseLine(basket.unitId, basket.interval, service, volumeMW, prices[service as ResponseService] ?? 0),
  );
}

/** Of a block, or of the part of it that is settled: MW × clearing price × hours. */
export function responseLine(
  unitId: string,
  interval: Interval,
  product: string,
  volumeMW: number,
  pricePerMWh: number,
): SettlementLine {
  const quantityMWh = (volumeMW * (interval.endMs - interval.startMs)) / 3_600_000;
  return {
    ...{ unitId, interval, product, quantityMWh, pricePerMWh },
    amount: quantityMWh * pricePerMWh,
    currency: "GBP",
    rule: "gb.response-availability",
  };
}

/** A service without a cleared price is worth nothing here. */
const surplusOf = ({ pricePerMWh, volumesMW }: ResponseOrder, prices: ResponsePrices): number =>
  Object.entries(volumesMW).reduce(
    (total, [service, volumeMW]) => total + volumeMW * ((prices[service as ResponseService] ?? 0) - pricePerMWh),
    0,
  );

import type { Interval } from "@penstock/protocol/time";
import type { SettlementLine } from "../market.ts";
import type { FcasOffer, FcasService } from "./fcas.ts";
import { availableMW, brokenJointConstraints, type EnabledService, type FcasPlant } from "./fcas-availability.ts";
import { DISPATCH_INTERVAL_MS } from "./rules.ts";

export interface FcasAward {
  readonly service: FcasService;
  readonly enabledMW: number;
  readonly pricePerMW: number;
  /** Less than the bands at or below the price hold, because of the trapezium or a joint constraint. */
  readonly isTrapeziumLimited: boolean;
}

/**
 * What the operator would enable of a price taker's offers, given its energy target. Dearest service first, so that
 * where services share the same megawatts the more valuable gets them; each is cut until no joint constraint breaks.
 * The operator's own dispatch trades energy and services off against each other; a price taker whose energy target is
 * given can be cut by this, never get more.
 */
export function clearFcas(
  offers: readonly FcasOffer[],
  energyMW: number,
  prices: Readonly<Partial<Record<FcasService, number>>>,
  plant: FcasPlant,
): readonly FcasAward[] {
  const byPrice = [...offers].sort((a, b) => (prices[b.service] ?? 0) - (prices[a.service] ?? 0));
  const enabled: EnabledService[] = [];
  const awards: FcasAward[] = [];
  for (const offer of byPrice) {
    const pricePerMW = prices[offer.service];
    if (pricePerMW === undefined) continue;
    const wantedMW = offer.bandAvailMW.reduce(
      (total, volumeMW, band) =>
        (offer.bandPrices[band] ?? Number.NaN) <= pricePerMW + SAME_PRICE ? total + volumeMW : total,
      0,
    );
    const possibleMW = Math.min(
      wantedMW,
      offer.maxAvailMW,
      Math.floor(availableMW(offer, energyMW, plant) + SAME_PRICE),
    );
    const enabledMW = mostThatFits(
      possibleMW,
      (tryMW) => brokenJointConstraints(energyMW, [...enabled, { offer, enabledMW: tryMW }], plant).length === 0,
    );
    enabled.push({ offer, enabledMW });
    awards.push({ service: offer.service, enabledMW, pricePerMW, isTrapeziumLimited: enabledMW < wantedMW });
  }
  return awards;
}

export const settleFcas = (
  unitId: string,
  interval: Interval,
  awards: readonly FcasAward[],
): readonly SettlementLine[] =>
  awards.map(({ service, enabledMW, pricePerMW }) => fcasLine(unitId, interval, service, enabledMW, pricePerMW));

/** A service earns its price for every enabled megawatt and hour: MW × price / 12 an interval. */
export const fcasLine = (
  unitId: string,
  interval: Interval,
  service: string,
  enabledMW: number,
  pricePerMW: number,
): SettlementLine => ({
  unitId,
  interval,
  product: service,
  quantityMWh: (enabledMW * DISPATCH_INTERVAL_MS) / 3_600_000,
  pricePerMWh: pricePerMW,
  amount: (enabledMW * pricePerMW * DISPATCH_INTERVAL_MS) / 3_600_000,
  currency: "AUD",
  rule: "nem.fcas-enablement",
});

/** The most whole megawatts up to a bound that fit; fitting is monotone, so halving finds it. */
function mostThatFits(mostMW: number, fits: (tryMW: number) => boolean): number {
  let low = 0;
  let high = mostMW;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const SAME_PRICE = 1e-6;

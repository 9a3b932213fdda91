import type { W } from "@penstock/protocol/units";
import type { Award } from "../market.ts";
import type { JointAward, ReserveClearing } from "../reserve-market.ts";
import type { NemBid } from "./bid.ts";
import { sideOf } from "./bid.ts";
import { clear } from "./clear.ts";
import { clearFcas, type FcasAward } from "./clear-fcas.ts";
import { type FcasOffer, type FcasService, isRaise } from "./fcas.ts";
import type { FcasPlant } from "./fcas-availability.ts";
import type { NemReserveBid } from "./reserve-offer.ts";
import { DISPATCH_INTERVAL_MS } from "./rules.ts";

/**
 * Energy and reserves of a price taker, dispatched as the operator does: the energy target at which what both earn above
 * their bids is the most,
 *
 *   max_E  Σ bands (price − bid) of energy up to E  +  Σ services (price − offer) × enabled(E)
 *
 * over the whole megawatts the ramp reaches and the target of energy alone. At equal worth energy stays where it was.
 */
export function clearTogether(clearing: ReserveClearing<NemReserveBid>): JointAward {
  const { offer, pricePerMWh, reservePrices, plant, unit } = clearing;
  const bid = clearing.energy as NemBid | undefined;
  const alone = bid === undefined ? nothingFor(offer, pricePerMWh) : clear(bid, pricePerMWh, plant);
  const fcasPlant = plantOf(clearing);
  const prices = reservePrices as Readonly<Partial<Record<FcasService, number>>>;
  const enabledAt = (energyMW: number): readonly FcasAward[] => clearFcas(offer.offers, energyMW, prices, fcasPlant);

  const aloneMW = alone.targetW / 1e6;
  let bestMW = aloneMW;
  let best = enabledAt(aloneMW);
  let bestWorth = worthOfEnergy(bid, aloneMW, pricePerMWh * plant.lossFactor) + worthOf(best, offer.offers);
  for (const energyMW of candidatesMW(bid, clearing)) {
    const awards = enabledAt(energyMW);
    const worth = worthOfEnergy(bid, energyMW, pricePerMWh * plant.lossFactor) + worthOf(awards, offer.offers);
    const isBetter = worth > bestWorth + SAME_WORTH;
    const isNearer = worth > bestWorth - SAME_WORTH && Math.abs(energyMW - aloneMW) < Math.abs(bestMW - aloneMW);
    if (!isBetter && !isNearer) continue;
    [bestMW, best, bestWorth] = [energyMW, awards, worth];
  }
  const { marketId, unitId, interval } = offer;
  return {
    energy: bestMW === aloneMW ? alone : { ...alone, targetW: (bestMW * 1e6 + 0) as W, rampLimited: false },
    reserves: best
      .filter(({ enabledMW }) => enabledMW > 0)
      .map(({ service, enabledMW, pricePerMW }) => ({
        ...{ marketId, unitId: unitId || unit.id, interval, product: service },
        direction: isRaise(service) ? ("up" as const) : ("down" as const),
        enabledW: (enabledMW * 1e6) as W,
        pricePerMWh: pricePerMW,
      })),
  };
}

const nothingFor = ({ marketId, unitId, interval }: NemReserveBid, pricePerMWh: number): Award => ({
  ...{ marketId, unitId, interval, pricePerMWh },
  targetW: 0 as W,
  rampLimited: false,
});

const plantOf = ({ unit, plant, energy }: ReserveClearing<NemReserveBid>): FcasPlant => ({
  initialMW: plant.initialW / 1e6,
  isAgcOn: false, // Contingency services need none.
  agcMinMW: -unit.minLoadMW,
  agcMaxMW: unit.maxCapacityMW,
  // Of regulation alone: it binds nothing here.
  agcRampUpMWPerMin: Number.POSITIVE_INFINITY,
  agcRampDownMWPerMin: Number.POSITIVE_INFINITY,
  energyMaxAvailMW: energy === undefined ? 0 : unit.maxCapacityMW,
});

function candidatesMW(bid: NemBid | undefined, { plant }: ReserveClearing): readonly number[] {
  if (bid === undefined) return [];
  const [gen, load] = [sideOf(bid, "GEN"), sideOf(bid, "LOAD")];
  const minutes = DISPATCH_INTERVAL_MS / 60_000;
  const upMW = Math.min(...bid.sides.map(({ rampUpMWPerMin }) => rampUpMWPerMin)) * minutes;
  const downMW = Math.min(...bid.sides.map(({ rampDownMWPerMin }) => rampDownMWPerMin)) * minutes;
  const lowMW = Math.max(-(load?.maxAvailMW ?? 0), plant.initialW / 1e6 - downMW);
  const highMW = Math.min(gen?.maxAvailMW ?? 0, plant.initialW / 1e6 + upMW);
  const first = Math.ceil(lowMW - SAME_WORTH);
  return Array.from({ length: Math.max(0, Math.floor(highMW + SAME_WORTH) - first + 1) }, (_, at) => first + at);
}

/** What an energy target earns above its bands, money an hour: cheapest sales first, dearest purchases first. */
function worthOfEnergy(bid: NemBid | undefined, energyMW: number, unitPrice: number): number {
  const side = bid && sideOf(bid, energyMW > 0 ? "GEN" : "LOAD");
  if (side === undefined) return 0;
  const bands = side.bandPrices.map((price, band) => ({ price, volumeMW: side.bandAvailMW[band] ?? 0 }));
  let leftMW = Math.abs(energyMW);
  let worth = 0;
  for (const { price, volumeMW } of energyMW > 0 ? bands : bands.reverse()) {
    const takenMW = Math.min(leftMW, volumeMW);
    worth += takenMW * (energyMW > 0 ? unitPrice - price : price - unitPrice);
    leftMW -= takenMW;
  }
  // Beyond its bands a unit only stands on its way: it is paid and pays the price.
  return worth;
}

/** What services earn above their offers, money an hour. */
function worthOf(awards: readonly FcasAward[], offers: readonly FcasOffer[]): number {
  let worth = 0;
  for (const { service, enabledMW, pricePerMW } of awards) {
    const offer = offers.find((each) => each.service === service);
    let leftMW = enabledMW;
    for (const [band, volumeMW] of (offer?.bandAvailMW ?? []).entries()) {
      const takenMW = Math.min(leftMW, volumeMW);
      worth += takenMW * (pricePerMW - (offer?.bandPrices[band] ?? 0));
      leftMW -= takenMW;
    }
  }
  return worth;
}

const SAME_WORTH = 1e-6;

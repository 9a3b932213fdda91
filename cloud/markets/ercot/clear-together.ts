import type { Interval } from "@penstock/protocol/time";
import { clamp, type W } from "@penstock/protocol/units";
import { askedBetween, type CurveBid, powerMWAt } from "../curve-market.ts";
import type { Award } from "../market.ts";
import type { JointAward, ReserveClearing } from "../reserve-market.ts";
import { ruleInForce } from "../rulebook.ts";
import type { ReserveOffer } from "./reserve-offer.ts";
import {
  ercotRulebook,
  onlineNonSpinFloor,
  type ReserveProduct,
  reserveDurations,
  reserveProducts,
  VOLUME_TICK_MW,
} from "./rules.ts";

/**
 * Energy E and reserves R of a price taker, as a dispatch run of ERCOT would award them together (RTC+B):
 *
 *   max  p E − ∫ curve + Σ (price − offer) R
 *   E + Σ R ≤ HSL                  telemetered, as the state of charge is
 *   max(E, 0) Δ + Σ R T ≤ stored   T by product: NPRR1282, NPRR1339
 *   Σ R of a block ≤ its volume    whichever of its products each megawatt goes to
 *   R(Non-Spin) ≤ what the curve offers at its floor price or above
 *
 * E goes by whole megawatts within the curve and the ramp; of the orders in which products may be served the one that
 * earns most is taken. At equal worth energy stays where it clears alone.
 */
export function clearTogether(clearing: ReserveClearing<ReserveOffer>): JointAward {
  const { offer, unit, pricePerMWh } = clearing;
  const { marketId, interval } = offer;
  const bid = clearing.energy as CurveBid | undefined;
  const { lowMW, highMW, aloneMW, isRampLimited } = energyAlone(bid, clearing);
  const terms = termsOf(clearing);
  let best = { energyMW: aloneMW, ...reservesBeside(aloneMW, clearing, terms) };
  for (let energyMW = Math.ceil(lowMW); energyMW <= highMW; energyMW++) {
    const beside = reservesBeside(energyMW, clearing, terms);
    const worth = beside.worth + worthOfMove(bid, aloneMW, energyMW, pricePerMWh);
    const isBetter = worth > best.worth + SAME_WORTH;
    const isNearer =
      worth > best.worth - SAME_WORTH && Math.abs(energyMW - aloneMW) < Math.abs(best.energyMW - aloneMW);
    if (isBetter || isNearer) best = { energyMW, worth, awardsMW: beside.awardsMW };
  }
  const energy: Award = {
    ...{ marketId, unitId: unit.id, interval, pricePerMWh },
    targetW: Math.round(best.energyMW * 1e6) as W,
    rampLimited: isRampLimited && best.energyMW === aloneMW,
  };
  return {
    energy,
    reserves: [...best.awardsMW].map(([product, enabledMW]) => ({
      ...{ marketId, unitId: unit.id, interval, product },
      direction: "up",
      enabledW: Math.round(enabledMW * 1e6) as W,
      pricePerMWh: clearing.reservePrices[product] ?? 0,
    })),
  };
}

function energyAlone(bid: CurveBid | undefined, { plant, offer, pricePerMWh }: ReserveClearing<ReserveOffer>) {
  if (bid === undefined) return { lowMW: 0, highMW: 0, aloneMW: 0, isRampLimited: false };
  const initialMW = plant.initialW / 1e6;
  const reachMW = (plant.rampMWPerMin ?? Number.POSITIVE_INFINITY) * (lengthOf(offer.interval) / 60_000);
  const wantedMW = powerMWAt(bid, pricePerMWh);
  const aloneMW = clamp(wantedMW, initialMW - reachMW, initialMW + reachMW);
  return {
    lowMW: Math.max(bid.points[0]?.powerMW ?? 0, initialMW - reachMW),
    highMW: Math.min(bid.points.at(-1)?.powerMW ?? 0, initialMW + reachMW),
    aloneMW,
    isRampLimited: aloneMW !== wantedMW,
  };
}

/** What energy earns above its curve by another target, money an hour. */
function worthOfMove(bid: CurveBid | undefined, fromMW: number, toMW: number, pricePerMWh: number): number {
  if (bid === undefined || fromMW === toMW) return 0;
  const [lowMW, highMW] = [Math.min(fromMW, toMW), Math.max(fromMW, toMW)];
  const gained = pricePerMWh * (highMW - lowMW) - askedBetween(bid, lowMW, highMW);
  return toMW > fromMW ? gained : -gained;
}

interface Beside {
  /** Above the offers, money an hour. */
  readonly worth: number;
  readonly awardsMW: ReadonlyMap<ReserveProduct, number>;
}

const nothingBeside: Beside = { worth: 0, awardsMW: new Map() };

/** What holds at whatever energy. */
interface Terms {
  /** The orders in which products that pay may be served. */
  readonly orders: readonly (readonly ReserveProduct[])[];
  readonly lastsH: Readonly<Partial<Record<ReserveProduct, number>>>;
  /** Where the capacity of the curve begins that may be Non-Spin, and where it ends. */
  readonly nonSpinFromMW: number;
  readonly nonSpinToMW: number;
}

function termsOf({ offer, energy, reservePrices }: ReserveClearing<ReserveOffer>): Terms {
  const { startMs } = offer.interval;
  const bid = energy as CurveBid | undefined;
  const floor = ruleInForce(ercotRulebook, onlineNonSpinFloor, startMs);
  const paying = reserveProducts.filter((product) => {
    const asked = offer.blocks.flatMap(({ prices }) => prices[product] ?? []);
    return asked.some((price) => price <= (reservePrices[product] ?? Number.NEGATIVE_INFINITY));
  });
  return {
    orders: ordersOf(paying),
    lastsH: Object.fromEntries(
      paying.map((product) => [product, ruleInForce(ercotRulebook, reserveDurations[product], startMs) / 60]),
    ),
    nonSpinFromMW: bid === undefined ? 0 : powerMWAt(bid, floor - PRICE_BELOW),
    nonSpinToMW: bid?.points.at(-1)?.powerMW ?? 0,
  };
}

function reservesBeside(energyMW: number, clearing: ReserveClearing<ReserveOffer>, terms: Terms): Beside {
  if (clearing.telemetry === undefined) return nothingBeside;
  let best = nothingBeside;
  for (const order of terms.orders) {
    const served = serve(order, energyMW, clearing, terms);
    if (served.worth > best.worth + SAME_WORTH) best = served;
  }
  return best;
}

/** Each product in turn gets what those before it have left. */
function serve(
  order: readonly ReserveProduct[],
  energyMW: number,
  clearing: ReserveClearing<ReserveOffer>,
  { lastsH: allLastH, nonSpinFromMW, nonSpinToMW }: Terms,
): Beside {
  const { offer, telemetry, reservePrices } = clearing;
  const { powerWMax = 0, deliverableWh = 0 } = telemetry ?? {};
  const hours = lengthOf(offer.interval) / 3_600_000;
  const leftInBlocks = offer.blocks.map(({ volumeMW }) => volumeMW);
  let roomMW = powerWMax / 1e6 - energyMW;
  let storedMWh = deliverableWh / 1e6 - Math.max(0, energyMW) * hours;
  let worth = 0;
  const awardsMW = new Map<ReserveProduct, number>();
  for (const product of order) {
    const price = reservePrices[product] ?? 0;
    const lastsH = allLastH[product] ?? Number.POSITIVE_INFINITY;
    const pricedMW = product === "ONNS" ? nonSpinToMW - Math.max(energyMW, nonSpinFromMW) : roomMW;
    const mostMW = Math.min(roomMW, storedMWh / lastsH, pricedMW);
    let wantedMW = Math.floor(mostMW / VOLUME_TICK_MW + SAME_WORTH) * VOLUME_TICK_MW;
    // Those few products may have first: blocks stand in that order from the end.
    for (let index = offer.blocks.length - 1; index >= 0; index--) {
      const asked = offer.blocks[index]?.prices[product];
      const takenMW = Math.min(wantedMW, leftInBlocks[index] ?? 0);
      if (asked === undefined || asked > price || !(takenMW > 0)) continue;
      leftInBlocks[index] = (leftInBlocks[index] ?? 0) - takenMW;
      wantedMW -= takenMW;
      roomMW -= takenMW;
      storedMWh -= takenMW * lastsH;
      worth += takenMW * (price - asked);
      awardsMW.set(product, (awardsMW.get(product) ?? 0) + takenMW);
    }
  }
  return { worth, awardsMW };
}

/** Every order of a few. */
function ordersOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) => ordersOf(items.filter((each) => each !== first)).map((rest) => [first, ...rest]));
}

const lengthOf = ({ startMs, endMs }: Interval): number => endMs - startMs;

const SAME_WORTH = 1e-6;
/** Less than a tick of price. */
const PRICE_BELOW = 1e-3;

import { participantRules } from "../curve-market.ts";
import type { MarketUnit, Violation } from "../market.ts";
import { ruleInForce } from "../rulebook.ts";
import { isOnTick, violation } from "../violation.ts";
import { dayAheadGateMs, operatingHour, tradingDay } from "./calendar.ts";
import { marketDesignRules } from "./market-design.ts";
import { offeredMW, type ReserveBlock, type ReserveOffer } from "./reserve-offer.ts";
import {
  ercotRulebook,
  PRICE_TICK,
  RESERVE_BLOCKS_MAX,
  reserveDurations,
  reserveProducts,
  systemWideOfferCap,
  VOLUME_TICK_MW,
} from "./rules.ts";

/** Every rule an ancillary-service offer breaks. Empty: the operator would take it. */
export function validateReserve(offer: ReserveOffer, unit: MarketUnit): readonly Violation[] {
  const design = [...marketDesignRules(offer.interval)];
  if (design.length > 0) return design;
  return [
    ...participantRules("ercot", offer, unit),
    ...hourRules(offer),
    ...blockRules(offer, unit),
    ...energyRules(offer, unit),
  ];
}

function* hourRules({ interval, decidedAtMs }: ReserveOffer): Iterable<Violation> {
  const hour = operatingHour(interval.startMs);
  if (interval.startMs !== hour.startMs || interval.endMs !== hour.endMs) {
    yield violation("ercot.hour", "interval", "it is not an operating hour");
  }
  if (decidedAtMs > dayAheadGateMs(tradingDay(interval.startMs))) {
    yield violation("ercot.gate-closed", "interval", "it was decided after the day-ahead market closed");
  }
}

/** Of every offer of blocks, whatever it is for. */
export function* blockRules({ blocks, direction, interval }: ReserveOffer, unit: MarketUnit): Iterable<Violation> {
  if (blocks.length < 1 || blocks.length > RESERVE_BLOCKS_MAX) {
    yield violation(
      "ercot.block-count",
      "blocks",
      `${blocks.length} blocks where 1..${RESERVE_BLOCKS_MAX} are allowed`,
    );
  }
  const cap = ruleInForce(ercotRulebook, systemWideOfferCap, interval.startMs);
  for (const [index, block] of blocks.entries()) {
    const where = `block ${index + 1}`;
    if (!(block.volumeMW > 0 && isOnTick(block.volumeMW, VOLUME_TICK_MW))) {
      yield violation("ercot.mw-decimals", where, `${block.volumeMW} MW is not above 0 with one decimal`);
    }
    yield* productRules(block, direction, where);
    for (const product of reserveProducts) {
      const price = block.prices[product];
      if (price === undefined) continue;
      if (!(price >= 0 && price <= cap))
        yield violation("ercot.reserve-price-limit", `${where} ${product}`, `${price} is outside 0..${cap}`);
      if (!isOnTick(price, PRICE_TICK)) {
        yield violation("ercot.price-decimals", `${where} ${product}`, `${price} has more than two decimals`);
      }
    }
  }
  const mostMW = direction === "up" ? unit.maxCapacityMW + unit.minLoadMW : unit.minLoadMW + unit.maxCapacityMW;
  const sumMW = blocks.reduce((total, { volumeMW }) => total + volumeMW, 0);
  if (sumMW > mostMW)
    yield violation("ercot.capacity", "blocks", `${sumMW} MW is more than full charge to full discharge, ${mostMW}`);
}

function* productRules({ prices }: ReserveBlock, direction: "up" | "down", where: string): Iterable<Violation> {
  const priced = reserveProducts.filter((product) => prices[product] !== undefined);
  if (priced.length === 0) yield violation("ercot.reserve-product", where, "it prices no product");
  const isWrong = priced.some((product) => (product === "REGDN") !== (direction === "down"));
  if (isWrong)
    yield violation("ercot.reserve-product", where, "Reg-Down is offered by itself, and nothing else with it");
}

/** What is offered must be possible with the whole of the storage: how much is stored then is the certificate's to say. */
export function* energyRules(offer: ReserveOffer, unit: MarketUnit): Iterable<Violation> {
  for (const product of reserveProducts) {
    const minutes = ruleInForce(ercotRulebook, reserveDurations[product], offer.interval.startMs);
    const energyMWh = (offeredMW(offer, product) * minutes) / 60;
    if (energyMWh > unit.storageMWh) {
      yield violation(
        "ercot.reserve-duration",
        product,
        `${minutes} min of it need ${energyMWh} MWh, the storage holds ${unit.storageMWh}`,
      );
    }
  }
}

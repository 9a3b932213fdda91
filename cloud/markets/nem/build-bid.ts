import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, ok } from "@penstock/protocol/result";
import { type PriceQuantityCurve, powerAt, powerBelow } from "../../strategies/price-quantity-curve.ts";
import type { BidRequest } from "../market.ts";
import type { Direction, NemBid, NemBidSide } from "./bid.ts";
import { BANDS } from "./rules.ts";

/**
 * Moves the volumes of a curve into the day's price bands. A megawatt is sold at the first band at or above its
 * price and bought at the last band at or below it: never cheaper, never dearer than the curve. Part-megawatts
 * go to the next step outwards, since bands hold whole ones.
 */
export function buildBid(request: BidRequest): Result<NemBid, CodedError> {
  const { unit, interval, curve, bandPrices, versionNumber, decidedAtMs, rebid } = request;
  const { sell, buy } = bandPrices;
  if (sell.length !== BANDS || buy.length !== BANDS) {
    return fail({ code: "nem.band-count", sell: sell.length, buy: buy.length, wanted: BANDS });
  }
  const sellMW = cumulativeSellMW(curve, sell, unit.maxCapacityMW);
  const buyMW = cumulativeBuyMW(curve, buy, unit.minLoadMW);
  dropOverlap(sell, sellMW, buy, buyMW);
  const side = (direction: Direction, prices: readonly number[], bandAvailMW: readonly number[]): NemBidSide => ({
    direction,
    bandPrices: prices,
    bandAvailMW,
    maxAvailMW: bandAvailMW.reduce((total, volume) => total + volume, 0),
    rampUpMWPerMin: unit.rampMWPerMin,
    rampDownMWPerMin: unit.rampMWPerMin,
  });
  return ok({
    marketId: "nem",
    unitId: unit.id,
    interval,
    versionNumber,
    decidedAtMs,
    sides: [side("GEN", sell, sellMW), side("LOAD", buy, buyMW)],
    ...(rebid === undefined ? {} : { rebid }),
  });
}

/** Volume of each selling band: what the curve sells at that price beyond what it sells at the band below. */
function cumulativeSellMW(curve: PriceQuantityCurve, prices: readonly number[], capacityMW: number): number[] {
  let offeredMW = 0;
  return prices.map((price, band) => {
    const wantedMW = Math.min(capacityMW, wholeMW(Math.max(0, powerAt(curve, between(price, prices[band + 1])))));
    const bandMW = Math.max(0, wantedMW - offeredMW);
    offeredMW += bandMW;
    return bandMW;
  });
}

/**
 * Volume of each buying band, filled from the dearest down. A load band clears at its own price too, where the
 * curve has already turned away; there the two are worth the same, and the band below would miss everything
 * in between.
 */
function cumulativeBuyMW(curve: PriceQuantityCurve, prices: readonly number[], capacityMW: number): number[] {
  let offeredMW = 0;
  return prices
    .toReversed()
    .map((price, band, desc) => {
      const wantedMW = Math.min(capacityMW, wholeMW(Math.max(0, -powerBelow(curve, between(price, desc[band + 1])))));
      const bandMW = Math.max(0, wantedMW - offeredMW);
      offeredMW += bandMW;
      return bandMW;
    })
    .reverse();
}

/**
 * The dearest band bought at must lie below the cheapest band sold at (the convexity rule). A curve ascends, so
 * they can only meet in one and the same price; there buying gives way.
 */
function dropOverlap(
  sell: readonly number[],
  sellMW: readonly number[],
  buy: readonly number[],
  buyMW: number[],
): void {
  const cheapestSale = sell[sellMW.findIndex((volume) => volume > 0)];
  if (cheapestSale === undefined) return;
  buy.forEach((price, band) => {
    if (price >= cheapestSale) buyMW[band] = 0;
  });
}

const wholeMW = (powerW: number): number => Math.floor(powerW / 1e6);

const between=(a:number,b:number|undefined)=> b===undefined? a: Math.sinh((Math.asinh(a)+Math.asinh(b))/2);

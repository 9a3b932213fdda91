import { clamp, type W } from "@penstock/protocol/units";
import type { Award, PlantState } from "../market.ts";
import type { Direction, NemBid } from "./bid.ts";
import { sideOf } from "./bid.ts";
import { DISPATCH_INTERVAL_MS } from "./rules.ts";

/**
 * The dispatch of a price taker: every generation band at or below the price at the unit, less every load band at
 * or above it, as far as the ramp rate reaches in five minutes. The price at the unit is the reference price
 * times the loss factor, as the operator compares band prices divided by it at the reference node.
 */
export function clear(bid: NemBid, pricePerMWh: number, { initialW, lossFactor }: PlantState): Award {
  const unitPrice = pricePerMWh * lossFactor;
  const wantedMW =
    clearedMW(bid, "GEN", (bandPrice) => bandPrice <= unitPrice + SAME_PRICE) -
    clearedMW(bid, "LOAD", (bandPrice) => bandPrice >= unitPrice - SAME_PRICE);
  const reachMin = (DISPATCH_INTERVAL_MS / 60_000) * 1e6;
  const wantedW = wantedMW * 1e6;
  const targetW = clamp(
    wantedW,
    initialW - rampMWPerMin(bid, "rampDownMWPerMin") * reachMin,
    initialW + rampMWPerMin(bid, "rampUpMWPerMin") * reachMin,
  );
  return {
    marketId: bid.marketId,
    unitId: bid.unitId,
    interval: bid.interval,
    targetW: targetW as W,
    pricePerMWh,
    rampLimited: targetW !== wantedW,
  };
}

function clearedMW(bid: NemBid, direction: Direction, isCleared: (bandPrice: number) => boolean): number {
  const side = sideOf(bid, direction);
  if (side === undefined) return 0;
  const volumeMW = side.bandAvailMW.reduce(
    (total, bandMW, band) => (isCleared(side.bandPrices[band] ?? Number.NaN) ? total + bandMW : total),
    0,
  );
  return Math.min(volumeMW, side.maxAvailMW);
}

/** A unit that crosses zero is held to the slower of its two sides. */
const rampMWPerMin = (bid: NemBid, field: "rampUpMWPerMin" | "rampDownMWPerMin"): number =>
  Math.min(...bid.sides.map((side) => side[field]));

/** 16600 * 0.95 is a hair under 15770: far below a cent, two prices are one. */
const SAME_PRICE = 1e-6;

import { clamp, type W } from "@penstock/protocol/units";
import type { Award, PlantState } from "../market.ts";
import type { ErcotBid } from "./bid.ts";
import { SETTLEMENT_INTERVAL_MS } from "./rules.ts";

/**
 * The base point of a price taker: where its curve meets the price, as far as the unit gets in the interval. Below the
 * first point it stands at its low limit, above the last at its high one; on a slope between two points it is between.
 */
export function clear(bid: ErcotBid, pricePerMWh: number, { initialW, rampMWPerMin }: PlantState): Award {
  const reachW = (rampMWPerMin ?? Number.POSITIVE_INFINITY) * 1e6 * (SETTLEMENT_INTERVAL_MS / 60_000);
  const wantedW = powerMWAt(bid, pricePerMWh) * 1e6;
  const targetW = clamp(wantedW, initialW - reachW, initialW + reachW);
  return {
    marketId: bid.marketId,
    unitId: bid.unitId,
    interval: bid.interval,
    targetW: Math.round(targetW) as W,
    pricePerMWh,
    rampLimited: targetW !== wantedW,
  };
}

function powerMWAt({ points }: ErcotBid, pricePerMWh: number): number {
  let powerMW = points[0]?.powerMW ?? 0;
  for (const [index, point] of points.entries()) {
    if (point.pricePerMWh <= pricePerMWh) {
      powerMW = point.powerMW;
      continue;
    }
    const before = points[index - 1];
    if (before !== undefined && before.pricePerMWh < pricePerMWh) {
      const share = (pricePerMWh - before.pricePerMWh) / (point.pricePerMWh - before.pricePerMWh);
      powerMW = before.powerMW + share * (point.powerMW - before.powerMW);
    }
    break;
  }
  return powerMW;
}

import type { BidStepDocument } from "@penstock/protocol/fleet";

export interface CurvePoint {
  readonly powerMW: number;
  readonly pricePerMWh: number;
}

/**
 * What a bid would deliver at each price, as the corners of a staircase from all that is bought to all that is sold:
 * below a buying band's price it is bought, from a selling band's price on it is sold.
 */
export function bidCurve(steps: readonly BidStepDocument[]): readonly CurvePoint[] {
  const ascending = steps.filter(({ volumeMW }) => volumeMW !== 0).sort((a, b) => a.pricePerMWh - b.pricePerMWh);
  let powerMW = -ascending.reduce((bought, { volumeMW }) => bought + Math.max(0, -volumeMW), 0);
  const corners: CurvePoint[] = [];
  for (const { pricePerMWh, volumeMW } of ascending) {
    corners.push({ powerMW, pricePerMWh });
    powerMW += Math.abs(volumeMW);
    corners.push({ powerMW, pricePerMWh });
  }
  return corners;
}

/** A scale on which −1000, 80 and 17,500 are all to be told apart: straight within ±100, logarithmic beyond. */
export const compress = (pricePerMWh: number): number => Math.asinh(pricePerMWh / 50);

import type { W } from "@penstock/protocol/units";
import type { PriceQuantityCurve } from "../strategies/price-quantity-curve.ts";
import { toTick } from "./violation.ts";

/** Power between two prices: `fromMW` to `toMW`, positive out, ascending in price and power. */
export interface MWStep {
  readonly pricePerMWh: number;
  readonly fromMW: number;
  readonly toMW: number;
}

export interface CurveShape {
  readonly stepsMax: number;
  readonly priceTick: number;
  readonly volumeTickMW: number;
  readonly priceFloor: number;
  readonly priceCap: number;
  /** Sizes, never negative. */
  readonly chargeMWMax: number;
  readonly dischargeMWMax: number;
}

/** What is delivered below the price of the first step, and the steps from there. */
export interface ReducedCurve {
  readonly atFloorMW: number;
  readonly steps: readonly MWStep[];
}

/**
 * A curve as a market takes it: so many steps at most, prices and megawatts on their ticks, inside floor and cap.
 * Always on the careful side: a sale may get dearer, a purchase cheaper, a volume smaller, never the other way, so
 * that nothing is bid that the curve does not hold. Where there are too many steps, the two neighbours on one side of
 * zero whose joining loses least (megawatts times price difference) become one.
 */
export function reduceCurve(curve: PriceQuantityCurve, shape: CurveShape): ReducedCurve {
  const { stepsMax, priceTick, volumeTickMW, priceFloor, priceCap, chargeMWMax, dischargeMWMax } = shape;
  // Towards zero: buying less and selling less than the curve says.
  const inMW = (powerW: W): number => {
    const bounded = Math.max(-chargeMWMax, Math.min(dischargeMWMax, powerW / 1e6));
    return bounded < 0 ? -toTick(-bounded, volumeTickMW, "down") + 0 : toTick(bounded, volumeTickMW, "down");
  };
  const steps: MWStep[] = [];
  const atFloorMW = inMW(curve.powerWAtFloor);
  let atMW = atFloorMW;
  for (const { pricePerMWh, powerW } of curve.steps) {
    const toMW = inMW(powerW);
    // A step across zero is a purchase given up at one price and a sale begun at the same one.
    for (const [fromMW, endMW] of atMW < 0 && toMW > 0
      ? [
          [atMW, 0],
          [0, toMW],
        ]
      : [[atMW, toMW]]) {
      if (fromMW === undefined || endMW === undefined || endMW <= fromMW) continue;
      const isSale = endMW > 0;
      const price = toTick(pricePerMWh, priceTick, isSale ? "up" : "down");
      const bounded = Math.max(priceFloor, Math.min(priceCap, price));
      steps.push({ pricePerMWh: bounded, fromMW, toMW: endMW });
    }
    atMW = Math.max(atMW, toMW);
  }
  const joined = joinEqualPrices(steps.filter(({ pricePerMWh, toMW }) => !(toMW > 0 && pricePerMWh > priceCap)));
  while (joined.length > stepsMax) joinCheapest(joined);
  return { atFloorMW, steps: joined };
}

function joinEqualPrices(steps: readonly MWStep[]): MWStep[] {
  const joined: MWStep[] = [];
  for (const step of steps) {
    const last = joined.at(-1);
    if (last?.pricePerMWh === step.pricePerMWh && isOneSide(last, step))
      joined[joined.length - 1] = { ...last, toMW: step.toMW };
    else joined.push(step);
  }
  return joined;
}

const isOneSide = (one: MWStep, other: MWStep): boolean => one.toMW > 0 === other.toMW > 0;

/** Two purchases become one at the lower price, two sales one at the higher. */
function joinCheapest(steps: MWStep[]): void {
  let cheapest = 0;
  let leastLoss = Number.POSITIVE_INFINITY;
  for (let index = 0; index + 1 < steps.length; index++) {
    const [low, high] = [steps[index] as MWStep, steps[index + 1] as MWStep];
    const moved = low.toMW > 0 ? low : high;
    const loss = isOneSide(low, high)
      ? (high.pricePerMWh - low.pricePerMWh) * (moved.toMW - moved.fromMW)
      : Number.POSITIVE_INFINITY;
    if (loss < leastLoss) {
      leastLoss = loss;
      cheapest = index;
    }
  }
  const [low, high] = [steps[cheapest] as MWStep, steps[cheapest + 1] as MWStep];
  const pricePerMWh = low.toMW > 0 ? high.pricePerMWh : low.pricePerMWh;
  steps.splice(cheapest, 2, { pricePerMWh, fromMW: low.fromMW, toMW: high.toMW });
}

import type { Ms, W } from "@penstock/protocol/units";
import { type Battery, powerLimits, storedEnergyMoves } from "../../optimise/battery.ts";
import { type CurveStep, type PriceQuantityCurve, priceQuantityCurve } from "../price-quantity-curve.ts";

/** Worth of one more stored MWh after the interval, at a stored share 0..1 of the usable window, in one price segment. */
export type WorthAt = (segment: number, share: number) => number;

export interface CurveQuestion {
  readonly battery: Battery;
  readonly intervalMs: Ms;
  readonly soc: number;
  /** Ascending; segment s holds prices from `edges[s − 1]` to `edges[s]`, the first and last are open. */
  readonly edges: ArrayLike<number>;
  readonly worth: WorthAt;
  readonly priceTick: number;
}

/** Finer than this share of the store no step needs to be. */
const SLICE_SHARE = 1 / 16;

/**
 * A curve whose opinion of later prices may depend on the price the interval itself clears at:
 *
 *   sell slice k from the first price p with  (p − c) η_d > v_k(p)      buy it up to the first p with  p / η_c ≥ v_k(p)
 *
 * v_k is constant within a price segment, so each crossing is found exactly. A price seen to be high can raise what
 * energy is worth and so call for less at a higher price; a market wants curves that ascend, so once sold stays sold.
 */
export function responsiveCurve({
  battery,
  intervalMs,
  soc,
  edges,
  worth,
  priceTick,
}: CurveQuestion): PriceQuantityCurve {
  const windowMWh = ((battery.socMax - battery.socMin) * battery.capacityWh) / 1e6;
  const storedMWh = Math.max(0, Math.min(windowMWh, ((soc - battery.socMin) * battery.capacityWh) / 1e6));
  const { inMWhMax, outMWhMax } = storedEnergyMoves(battery, intervalMs);
  const { chargeWMax, dischargeWMax } = powerLimits(battery);
  const { efficiencyCharge, efficiencyDischarge, costPerMWh } = battery;
  const toTick = (price: number): number => Math.round(price / priceTick) * priceTick;
  const perMWhW = 1e6 / (intervalMs / 3_600_000);

  const inMWh = Math.min(inMWhMax, windowMWh - storedMWh);
  const buys = slicesOf(inMWh, windowMWh).map((sliceMWh, index) => ({
    powerW: (sliceMWh / efficiencyCharge) * perMWhW,
    price: crossing(
      edges,
      (segment) => worth(segment, (storedMWh + (index + 0.5) * sliceMWh) / windowMWh) * efficiencyCharge,
    ),
  }));
  const outMWh = Math.min(outMWhMax, storedMWh);
  const sells = slicesOf(outMWh, windowMWh).map((sliceMWh, index) => ({
    powerW: sliceMWh * efficiencyDischarge * perMWhW,
    price: crossing(
      edges,
      (segment) =>
        worth(segment, (storedMWh - (index + 0.5) * sliceMWh) / windowMWh) / efficiencyDischarge + costPerMWh,
    ),
  }));

  const drawnW = Math.min(
    chargeWMax,
    buys.reduce((sum, { powerW }) => sum + powerW, 0),
  );
  const steps: CurveStep[] = [];
  let powerW = -drawnW;
  // The fuller the store gets the less it pays; where a worth says otherwise the nearer slice goes first.
  let ceiling = Number.POSITIVE_INFINITY;
  const buyPrices = buys.map(({ price }) => {
    ceiling = Math.min(ceiling, price);
    return ceiling;
  });
  let lowest = Number.NEGATIVE_INFINITY;
  for (let index = buys.length - 1; index >= 0; index--) {
    powerW = index === 0 ? 0 : Math.min(0, powerW + (buys[index] as { readonly powerW: number }).powerW);
    lowest = Math.max(lowest, toTick(buyPrices[index] as number));
    if (lowest === Number.POSITIVE_INFINITY) break;
    steps.push({ pricePerMWh: lowest, powerW: powerW as W });
  }
  // Both can pay at one price where energy is worth less than nothing; being paid to charge is kept.
  lowest += priceTick;
  let outW = 0;
  for (const slice of sells) {
    outW = Math.min(dischargeWMax, outW + slice.powerW);
    lowest = Math.max(lowest, toTick(slice.price));
    if (lowest === Number.POSITIVE_INFINITY) break;
    steps.push({ pricePerMWh: lowest, powerW: outW as W });
  }
  return priceQuantityCurve(-drawnW, steps);
}

function slicesOf(movedMWh: number, windowMWh: number): readonly number[] {
  if (movedMWh <= windowMWh * 1e-9) return [];
  const count = Math.max(1, Math.ceil(movedMWh / (windowMWh * SLICE_SHARE)));
  return Array.from({ length: count }, () => movedMWh / count);
}

/** The first price at or above its segment's threshold. */
function crossing(edges: ArrayLike<number>, thresholdIn: (segment: number) => number): number {
  for (let segment = 0; segment <= edges.length; segment++) {
    const from = segment === 0 ? Number.NEGATIVE_INFINITY : (edges[segment - 1] as number);
    const to = segment === edges.length ? Number.POSITIVE_INFINITY : (edges[segment] as number);
    const threshold = thresholdIn(segment);
    if (threshold < to) return Math.max(from, threshold);
  }
  return Number.POSITIVE_INFINITY;
}

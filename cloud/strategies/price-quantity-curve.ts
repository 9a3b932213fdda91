import type { CodedError, Result } from "@penstock/protocol/result";
import { fail, invariant, ok } from "@penstock/protocol/result";
import type { W } from "@penstock/protocol/units";

/**
 * What a site will deliver at each price: a staircase from full charge to full discharge. Prices are money per
 * MWh as received at the unit's meter, loss factor included; powers are whole watts, positive out.
 */
export interface PriceQuantityCurve {
  /** Delivered below the price of the first step. */
  readonly powerWAtFloor: W;
  /** At a price at or above `pricePerMWh` deliver `powerW`. Prices and powers strictly ascend. */
  readonly steps: readonly CurveStep[];
}

export interface CurveStep {
  readonly pricePerMWh: number;
  readonly powerW: W;
}

/**
 * Makes a curve of steps in ascending price: powers become whole watts (towards zero, so that no limit is
 * passed), steps that add nothing go, and steps at one price become one.
 */
export function priceQuantityCurve(powerWAtFloor: number, steps: readonly CurveStep[]): PriceQuantityCurve {
  const kept: CurveStep[] = [];
  const first = wholeW(powerWAtFloor);
  let lastPowerW = first;
  let lastPrice = Number.NEGATIVE_INFINITY;
  for (const step of steps) {
    const powerW = wholeW(step.powerW);
    invariant(Number.isFinite(step.pricePerMWh), "a curve's prices are numbers");
    invariant(step.pricePerMWh >= lastPrice && powerW >= lastPowerW, "a curve ascends in price and power");
    if (powerW === lastPowerW) continue;
    if (step.pricePerMWh === lastPrice && kept.length > 0) kept.pop();
    kept.push({ pricePerMWh: step.pricePerMWh, powerW });
    lastPowerW = powerW;
    lastPrice = step.pricePerMWh;
  }
  return { powerWAtFloor: first, steps: kept };
}

/** What the curve delivers at a price. */
export function powerAt(curve: PriceQuantityCurve, pricePerMWh: number): W {
  let powerW = curve.powerWAtFloor;
  for (const step of curve.steps) {
    if (step.pricePerMWh > pricePerMWh) break;
    powerW = step.powerW;
  }
  return powerW;
}

/** What it delivers at any price just under this one. */
export function powerBelow(curve: PriceQuantityCurve, pricePerMWh: number): W {
  let powerW = curve.powerWAtFloor;
  for (const step of curve.steps) {
    if (step.pricePerMWh >= pricePerMWh) break;
    powerW = step.powerW;
  }
  return powerW;
}

/** Delivered at any price high enough. */
export const powerAtCeiling = (curve: PriceQuantityCurve): W => curve.steps.at(-1)?.powerW ?? curve.powerWAtFloor;

/** The curve of several sites offered as one: at every price the sum of what each delivers. */
export function aggregateCurves(curves: readonly PriceQuantityCurve[]): PriceQuantityCurve {
  const gains = new Map<number, number>();
  let powerW = 0;
  for (const curve of curves) {
    let beforeW = curve.powerWAtFloor;
    powerW += beforeW;
    for (const step of curve.steps) {
      gains.set(step.pricePerMWh, (gains.get(step.pricePerMWh) ?? 0) + step.powerW - beforeW);
      beforeW = step.powerW;
    }
  }
  const powerWAtFloor = powerW;
  const steps = [...gains]
    .sort(([a], [b]) => a - b)
    .map(([pricePerMWh, gainW]) => {
      powerW += gainW;
      return { pricePerMWh, powerW: powerW as W };
    });
  return priceQuantityCurve(powerWAtFloor, steps);
}

/**
 * Splits an award among the curves it was offered from, cheapest step first, so that each site gets a power its
 * own curve reaches and the powers sum to the award exactly. Sites that share the last step share it in
 * proportion. Refused with `curve.award-outside` when the curves together cannot deliver it.
 */
export function disaggregate(
  awardW: number,
  curves: readonly PriceQuantityCurve[],
): Result<readonly W[], AwardOutsideCurves> {
  const { powerWAtFloor, steps } = aggregateCurves(curves);
  const ceilingW = steps.at(-1)?.powerW ?? powerWAtFloor;
  if (!(awardW >= powerWAtFloor && awardW <= ceilingW)) {
    return fail({ code: "curve.award-outside", awardW, powerWMin: powerWAtFloor, powerWMax: ceilingW });
  }
  const marginal = steps.find((step) => step.powerW >= awardW);
  if (marginal === undefined || awardW === powerWAtFloor) return ok(curves.map((curve) => curve.powerWAtFloor));
  const lower = curves.map((curve) => powerBelow(curve, marginal.pricePerMWh));
  const room = curves.map((curve, index) => powerAt(curve, marginal.pricePerMWh) - (lower[index] ?? 0));
  return ok(shareOut(awardW - sum(lower), room).map((shareW, index) => ((lower[index] ?? 0) + shareW) as W));
}

export interface AwardOutsideCurves extends CodedError {
  readonly code: "curve.award-outside";
  readonly awardW: number;
  readonly powerWMin: number;
  readonly powerWMax: number;
}

/**
 * Towards zero, but for a thousandth of a watt: 999,999.9999999 W is a megawatt after arithmetic, and a market that
 * deals in whole megawatts would drop all of it. Adding zero turns a negative zero into the usual one.
 */
const wholeW = (powerW: number): W => (Math.trunc(powerW + Math.sign(powerW) * 1e-3) + 0) as W;

/** In proportion to room, in whole watts; the watts lost to rounding go to the first with room for them. */
function shareOut(totalW: number, roomW: readonly number[]): number[] {
  const allRoomW = sum(roomW);
  if (allRoomW === 0) return roomW.map(() => 0);
  const shares = roomW.map((room) => Math.floor((totalW * room) / allRoomW));
  let restW = totalW - sum(shares);
  return shares.map((share, index) => {
    const extraW = Math.min(restW, (roomW[index] ?? 0) - share);
    restW -= extraW;
    return share + extraW;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

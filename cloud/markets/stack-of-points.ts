import type { BidStep } from "./market.ts";

/**
 * A rising curve of power over price as steps for people to look at: each rise between two points is a volume at its
 * price, buying negative. What is bought or sold whatever the price stands at the price of the nearest end.
 */
export function stackOfPoints(
  points: readonly { readonly powerMW: number; readonly pricePerMWh: number }[],
): readonly BidStep[] {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return [];
  const stack: BidStep[] = [];
  if (first.powerMW > 0) stack.push({ pricePerMWh: first.pricePerMWh, volumeMW: first.powerMW });
  for (const [index, { powerMW, pricePerMWh }] of points.entries()) {
    const before = points[index - 1];
    if (before === undefined || powerMW === before.powerMW) continue;
    if (before.powerMW < 0) stack.push({ pricePerMWh, volumeMW: before.powerMW - Math.min(0, powerMW) });
    if (powerMW > 0) stack.push({ pricePerMWh, volumeMW: powerMW - Math.max(0, before.powerMW) });
  }
  if (last.powerMW < 0) stack.push({ pricePerMWh: last.pricePerMWh, volumeMW: last.powerMW });
  return stack;
}

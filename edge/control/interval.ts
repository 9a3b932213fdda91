import { clamp, W } from "@penstock/protocol/units";
import type { PowerInterval } from "./image.ts";

/** No bound at all. */
export const unbounded: PowerInterval = {
  powerWMin: W(Number.NEGATIVE_INFINITY),
  powerWMax: W(Number.POSITIVE_INFINITY),
};

export const zeroOnly: PowerInterval = { powerWMin: W(0), powerWMax: W(0) };

/** Two bounds that may contradict each other because each was made safe by itself: then the point between them nearest 0. */
export function between(powerWMin: number, powerWMax: number): PowerInterval {
  if (powerWMin <= powerWMax) return { powerWMin: W(powerWMin), powerWMax: W(powerWMax) };
  const point = W(clamp(0, powerWMax, powerWMin));
  return { powerWMin: point, powerWMax: point };
}

/** Either way alike. */
export const plusMinus = (powerW: number): PowerInterval => ({ powerWMin: W(-powerW), powerWMax: W(powerW) });

/** The part of `weaker` that lies in `stronger`; where they do not meet, the point of `stronger` nearest to `weaker`. */
export function narrow(stronger: PowerInterval, weaker: PowerInterval): PowerInterval {
  const powerWMin = clamp(weaker.powerWMin, stronger.powerWMin, stronger.powerWMax) + 0; // Never −0.
  const powerWMax = clamp(weaker.powerWMax, stronger.powerWMin, stronger.powerWMax) + 0;
  return { powerWMin: W(powerWMin), powerWMax: W(powerWMax) };
}

export const meets = (one: PowerInterval, other: PowerInterval): boolean =>
  one.powerWMin <= other.powerWMax && other.powerWMin <= one.powerWMax;

/** From 0 to a power, whichever side it is on: it may shrink and may not grow. */
export const noFurtherThan = (powerW: number): PowerInterval => ({
  powerWMin: W(Math.min(0, powerW)),
  powerWMax: W(Math.max(0, powerW)),
});

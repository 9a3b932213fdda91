import type { Ms, WPerS } from "@penstock/protocol/units";

/**
 * How far a power gets from `fromW` towards `toW` in `elapsedMs`. Away from zero it moves at `upWPerS`, towards
 * zero at `downWPerS`; on the way through zero it uses first one and then the other.
 */
export function rampToward(fromW: number, toW: number, upWPerS: WPerS, downWPerS: WPerS, elapsedMs: Ms): number {
  const elapsedS = elapsedMs / 1e3;
  if (fromW === toW) return toW;
  if (fromW < 0) return -rampToward(-fromW, -toW, upWPerS, downWPerS, elapsedMs);
  if (toW >= fromW) return Math.min(toW, fromW + upWPerS * elapsedS);
  const toZeroS = fromW / downWPerS;
  if (toW >= 0 || toZeroS >= elapsedS) return Math.max(toW, fromW - downWPerS * elapsedS);
  return Math.max(toW, -upWPerS * (elapsedS - toZeroS));
}

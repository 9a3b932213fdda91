import { clamp, type Ms, WPerS } from "@penstock/protocol/units";
import type { Wish } from "./arbitrate.ts";
import type { ClampedWish } from "./clamp-wish.ts";
import { rampToward } from "./ramp.ts";
import type { SiteControlConfig } from "./site-control-config.ts";

/**
 * Towards the clamped wish at the slowest of the ramps that apply; back inside a limit at the site's own, however
 * slowly the wish asks to move; and inside hardware at once.
 */
export function rampTarget(
  fromW: number,
  wish: Wish,
  { clampedW, interval, atOnce }: ClampedWish,
  { ramp }: SiteControlConfig,
  elapsedMs: Ms,
): number {
  if (wish.manner === "stop") return 0;
  if (wish.manner === "rest") {
    const restingW = rampToward(fromW, 0, ramp.upWPerS, ramp.downWPerS, elapsedMs);
    return clamp(restingW, Math.min(0, atOnce.powerWMin), Math.max(0, atOnce.powerWMax));
  }
  const upWPerS = WPerS(Math.min(ramp.upWPerS, wish.rampWPerS));
  const downWPerS = WPerS(Math.min(ramp.downWPerS, wish.rampWPerS));
  let rampedW = rampToward(fromW, clampedW, upWPerS, downWPerS, elapsedMs);
  const insideW = clamp(fromW, interval.powerWMin, interval.powerWMax);
  if (insideW !== fromW) {
    const backW = rampToward(fromW, insideW, ramp.upWPerS, ramp.downWPerS, elapsedMs);
    if (Math.abs(backW - fromW) > Math.abs(rampedW - fromW)) rampedW = backW;
  }
  return clamp(rampedW, atOnce.powerWMin, atOnce.powerWMax);
}

/** To the nearest watt that lies inside; where no whole watt does, towards 0. */
export function toWholeWatts(powerW: number, { whole, atOnce }: ClampedWish): number {
  const max = Math.min(atOnce.powerWMax, Math.max(whole.powerWMax, powerW));
  const min = Math.max(atOnce.powerWMin, Math.min(whole.powerWMin, powerW));
  const nearest = Math.round(powerW);
  const inside = nearest > max ? Math.floor(max) : nearest < min ? Math.ceil(min) : nearest;
  return inside >= min && inside <= max ? inside : Math.trunc(powerW);
}

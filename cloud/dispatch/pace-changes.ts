import type { MonotonicMs, Ms, W, WPerS } from "@penstock/protocol/units";

export interface Change {
  readonly siteId: string;
  readonly fromW: W;
  readonly toW: W;
}

export interface PacedChange extends Change {
  readonly delayMs: Ms;
  /** What the lease says about ramping, so that the site itself goes no faster. */
  readonly rampWPerS: WPerS;
}

export interface Pacing {
  readonly changes: readonly PacedChange[];
  /** From when the fleet may change again. */
  readonly freeAtMs: MonotonicMs;
}

/**
 * Orders changes so that the fleet as a whole never moves faster than `fleetRampWPerS`: one site after the
 * other, each holding the fleet's ramp for as long as its own change takes at it. The smallest go first, so most
 * sites are where they should be soonest. This bounds what one wrong decision can do to a grid.
 */
export function paceChanges(
  changes: readonly Change[],
  fleetRampWPerS: WPerS,
  nowMs: MonotonicMs,
  freeAtMs: MonotonicMs,
): Pacing {
  let atMs = Math.max(nowMs, freeAtMs);
  const paced = [...changes].sort(bySize).map((change) => {
    const sizeW = sizeOf(change);
    const sendAtMs = sizeW === 0 ? nowMs : atMs;
    atMs += (sizeW / fleetRampWPerS) * 1000;
    return { ...change, delayMs: (sendAtMs - nowMs) as Ms, rampWPerS: fleetRampWPerS };
  });
  return { changes: paced, freeAtMs: atMs as MonotonicMs };
}

const sizeOf = ({ fromW, toW }: Change): number => Math.abs(toW - fromW);
const bySize = (a: Change, b: Change): number => sizeOf(a) - sizeOf(b) || (a.siteId < b.siteId ? -1 : 1);

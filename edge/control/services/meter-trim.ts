import { clamp, type Ms } from "@penstock/protocol/units";

/** What a trim keeps between cycles. */
export interface TrimMemory {
  readonly type: "trim";
  readonly integralW: number;
  /** What was wanted of the batteries in sum: whether they could follow shows one cycle later. */
  readonly wantedW: number;
}

/**
 * A bounded proportional and integral trim on what the meter is off by (positive: it should export more). The load that
 * is measured does the work; the trim takes away what is left: losses, and what meter and units disagree about.
 * Anti-windup: while the batteries do not follow (a limit, a ramp) the integral may only shrink.
 */
export function trim(
  before: TrimMemory | undefined,
  errorW: number,
  trimWMax: number,
  isFollowing: boolean,
  elapsedMs: Ms,
) {
  const integralW = before?.integralW ?? 0;
  const nextW = clamp(integralW + (errorW * elapsedMs) / INTEGRAL_MS, -trimWMax, trimWMax);
  const keptW = isFollowing || Math.abs(nextW) < Math.abs(integralW) ? nextW : integralW;
  return { integralW: keptW, trimW: clamp(keptW + PROPORTIONAL * errorW, -trimWMax, trimWMax) };
}

const PROPORTIONAL = 0.1;
const INTEGRAL_MS = 5_000;

import { clamp, type Ms, W } from "@penstock/protocol/units";
import type { CoreState } from "./core-state.ts";
import type { SiteImage } from "./image.ts";
import { unusableBecause } from "./usable.ts";

/** What flows at the meter that the usable units do not make: load (negative), solar (positive), lost units. */
export interface RestOfSite {
  /** Best estimate, smoothed. */
  readonly restW: W;
  /** Between these it is safely taken to lie, whatever a lost unit does next. */
  readonly restWMin: W;
  readonly restWMax: W;
  /** What units that cannot be commanded may make of themselves, at their terminals: always around 0. */
  readonly lostWMin: W;
  readonly lostWMax: W;
  /** `remembered`: the meter is not fresh and these figures are the last that were. `unknown`: there never were any. */
  readonly basis: "measured" | "remembered" | "unknown";
  /** To be handed to the next cycle. */
  readonly memory: RestMemory | undefined;
}

export interface RestMemory {
  readonly restW: W;
  readonly restWMin: W;
  readonly restWMax: W;
  /** The last figure as it was measured, and how fast such figures moved in the seconds up to it. */
  readonly measuredW: W;
  readonly driftWPerS: number;
}

/**
 * `rest = meter − Σ usable units`. Meter and units are read at slightly different moments, so while the battery
 * moves the difference carries an error that feeds back into the limit it makes, and can oscillate. The bounds
 * therefore widen at once and come back slowly. And what is decided now is seen at the meter a cycle or two from now:
 * while load or sun drifts, the bounds reach as far ahead.
 *
 * A unit that is not usable is part of the rest: the meter sees it. It may still go to 0 (its own timer, a trip)
 * in the next moment, so both its last power and 0 must be safe; of one never read the whole rating is doubted.
 */
export function restOfSite(
  { units, meter }: Pick<SiteImage, "units" | "meter">,
  state: Pick<CoreState, "rest" | "unitPowerW">,
  elapsedMs: Ms,
): RestOfSite {
  let usableW = 0;
  let fallsByW = 0;
  let risesByW = 0;
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    if (unit === undefined) continue;
    if (unit.powerW.quality === "good" && unusableBecause(unit) === undefined) {
      usableW += unit.powerW.value;
      continue;
    }
    const lastW = unit.powerW.quality === "missing" ? (state.unitPowerW[index] ?? Number.NaN) : unit.powerW.value;
    if (lastW > 0) fallsByW += lastW;
    else if (lastW < 0) risesByW -= lastW;
    else if (Number.isNaN(lastW)) {
      fallsByW += unit.rating.dischargeWMax;
      risesByW += unit.rating.chargeWMax;
    }
  }

  const lost = { lostWMin: W(0 - risesByW), lostWMax: W(fallsByW) };
  if (meter.powerW.quality === "good") {
    const memory = remember(state.rest, meter.powerW.value - usableW, elapsedMs);
    const aheadW = CYCLES_AHEAD * steadyMoveW(state.rest, memory, elapsedMs);
    return {
      restW: memory.restW,
      restWMin: W(memory.restWMin + Math.min(0, aheadW) - fallsByW),
      restWMax: W(memory.restWMax + Math.max(0, aheadW) + risesByW),
      ...lost,
      basis: "measured",
      memory,
    };
  }
  const memory = state.rest;
  if (memory === undefined) return { restW: W(0), restWMin: W(0), restWMax: W(0), ...lost, basis: "unknown", memory };
  // Whether a lost unit was inside or outside the remembered rest is not known any more: doubt both ways.
  const doubtW = fallsByW + risesByW;
  return {
    restW: memory.restW,
    restWMin: W(memory.restWMin - doubtW),
    restWMax: W(memory.restWMax + doubtW),
    ...lost,
    basis: "remembered",
    memory,
  };
}

const releaseMs = 2_000;
const smoothingMs = 1_000;
/** Long enough that readings taken a moment apart while the battery moves are no drift. */
const driftMs = 3_000;
const CYCLES_AHEAD = 2;

function remember(before: RestMemory | undefined, restW: number, elapsedMs: Ms): RestMemory {
  const measuredW = W(restW);
  if (before === undefined)
    return { restW: measuredW, restWMin: measuredW, restWMax: measuredW, measuredW, driftWPerS: 0 };
  const release = clamp(elapsedMs / releaseMs, 0, 1);
  const smoothing = clamp(elapsedMs / smoothingMs, 0, 1);
  const fade = 1 - clamp(elapsedMs / driftMs, 0, 1);
  const driftWPerS = before.driftWPerS * fade + ((restW - before.measuredW) * 1e3) / Math.max(driftMs, elapsedMs);
  return {
    measuredW,
    driftWPerS,
    restW: W(before.restW + (restW - before.restW) * smoothing),
    restWMin: W(Math.min(restW, before.restWMin + (restW - before.restWMin) * release)),
    restWMax: W(Math.max(restW, before.restWMax + (restW - before.restWMax) * release)),
  };
}

/**
 * What the rest moves in a cycle while it drifts: as far as this cycle and the seconds before it agree. A load that
 * steps, or two readings out of step, look like a drift to only one of the two.
 */
function steadyMoveW(before: RestMemory | undefined, now: RestMemory, elapsedMs: Ms): number {
  if (before === undefined) return 0;
  const lastW = now.measuredW - before.measuredW;
  const usualW = (before.driftWPerS * elapsedMs) / 1e3;
  if (lastW * usualW <= 0) return 0;
  return Math.sign(lastW) * Math.min(Math.abs(lastW), Math.abs(usualW));
}

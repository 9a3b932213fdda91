import { clamp, type Ms, Var } from "@penstock/protocol/units";
import type { CoreState } from "./core-state.ts";
import type { SiteImage } from "./image.ts";
import { unusableBecause } from "./usable.ts";

/** Reactive power at the meter that the usable units do not make: between these it is safely taken to lie. */
export interface ReactiveRest {
  readonly restVarMin: Var;
  readonly restVarMax: Var;
  /** `remembered`: meter or a unit is not fresh, and these figures are the last that were. */
  readonly basis: "measured" | "remembered";
}

/**
 * `rest = meter − Σ usable units`, as {@link restOfSite} has it for power and for the same reasons: the bounds widen at
 * once and come back slowly. A lost unit's vars are part of the rest, and may be gone in the next moment. Undefined
 * until it was known once.
 */
export function reactiveRest(
  image: UnitsAndMeter,
  { reactiveRest: before }: Pick<CoreState, "reactiveRest">,
  elapsedMs: Ms,
): ReactiveRest | undefined {
  const nowVar = measuredVar(image);
  if (nowVar === undefined) return before && { ...before, basis: "remembered" };
  const lost = lostVar(image);
  const [min, max] = [nowVar - Math.max(0, lost), nowVar - Math.min(0, lost)];
  const release = clamp(elapsedMs / releaseMs, 0, 1);
  const { restVarMin, restVarMax } = before ?? { restVarMin: min, restVarMax: max };
  return {
    restVarMin: Var(Math.min(min, restVarMin + (min - restVarMin) * release)),
    restVarMax: Var(Math.max(max, restVarMax + (max - restVarMax) * release)),
    basis: "measured",
  };
}

type UnitsAndMeter = Pick<SiteImage, "units" | "meter">;

const releaseMs = 2_000;

function measuredVar({ units, meter }: UnitsAndMeter): number | undefined {
  if (meter.reactiveVar.quality !== "good") return undefined;
  let restVar: number = meter.reactiveVar.value;
  for (const unit of units) {
    if (unusableBecause(unit) !== undefined) continue;
    if (unit.reactiveVar.quality !== "good") return undefined;
    restVar -= unit.reactiveVar.value;
  }
  return restVar;
}

function lostVar({ units }: UnitsAndMeter): number {
  let lost = 0;
  for (const unit of units) {
    if (unusableBecause(unit) !== undefined && unit.reactiveVar.quality !== "missing") lost += unit.reactiveVar.value;
  }
  return lost;
}

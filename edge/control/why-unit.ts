import { type Var, type W, W as watts } from "@penstock/protocol/units";
import type { Shelf } from "./clamp-wish.ts";
import type { CoreState } from "./core-state.ts";
import type { PowerInterval } from "./image.ts";
import { siteLimits, unitLimits } from "./limits/index.ts";
import type { SiteControlConfig } from "./site-control-config.ts";
import { step } from "./step.ts";
import type { StepInput } from "./step-types.ts";
import { survey } from "./survey.ts";
import { UnitRoom } from "./unit-room.ts";

/** One unit's chain of a cycle: nameplate, what each limit left of it, and what it was told. */
export interface WhyUnit {
  readonly unitId: string;
  /** Its share of the nameplate of all units, times what the site does: what it would carry if all were alike. */
  readonly evenShareW: W;
  readonly limits: readonly { readonly limit: string; readonly left: PowerInterval; readonly text: string }[];
  readonly powerW: W;
  readonly reactiveVar: Var;
  /** Why it carries less than it could; undefined when nothing special is to be said. */
  readonly because: string | undefined;
}

/** The chain of one unit in the cycle that this state and input make; undefined where the site has no such unit. */
export function whyUnit(
  state: CoreState,
  input: StepInput,
  config: SiteControlConfig,
  unitId: string,
  shelf: Shelf = shippedShelf,
): WhyUnit | undefined {
  const { commands, explanation } = step(state, input, config, shelf);
  const { image, context } = survey(state, input, config);
  const place = image.units.findIndex(({ id }) => id === unitId);
  const unit = image.units[place];
  const command = commands[place];
  if (unit === undefined || command === undefined) return undefined;

  let left: PowerInterval = { powerWMin: watts(-unit.rating.chargeWMax), powerWMax: unit.rating.dischargeWMax };
  const limits: { limit: string; left: PowerInterval; text: string }[] = [];
  const room = new UnitRoom();
  room.reset(image);
  for (const [onShelf, limit] of shelf.unitLimits.entries()) {
    room.narrow(limit, onShelf, image, context);
    const powerWMin = watts(room.powerWMin[place] ?? 0);
    const powerWMax = watts(room.powerWMax[place] ?? 0);
    if (powerWMin === left.powerWMin && powerWMax === left.powerWMax) continue;
    left = { powerWMin, powerWMax };
    limits.push({ limit: limit.name, left, text: limit.unitText(unit, context) });
  }
  const { targetW } = explanation;
  const ratingW = (one: typeof unit) => (targetW > 0 ? one.rating.dischargeWMax : one.rating.chargeWMax);
  const ratedW = image.units.reduce((sum, one) => sum + ratingW(one), 0);
  return {
    unitId,
    evenShareW: watts(ratedW > 0 ? (targetW * ratingW(unit)) / ratedW : 0),
    limits,
    powerW: command.powerW,
    reactiveVar: command.reactiveVar,
    because: explanation.units.find((held) => held.unitId === unitId)?.because,
  };
}

const shippedShelf: Shelf = { unitLimits, siteLimits };

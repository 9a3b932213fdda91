import type { Shelf } from "./clamp-wish.ts";
import type { Resting } from "./consolidate.ts";
import type { SiteImage } from "./image.ts";
import type { LimitContext } from "./limits/limit.ts";
import { BoundUnit } from "./reason.ts";
import type { Explanation, UnitCommand } from "./step-types.ts";
import type { UnitRoom } from "./unit-room.ts";
import { unusableBecause } from "./usable.ts";

/** Units that give nothing, or stand at a bound below their nameplate. */
export function unitsHeldBack(
  targetW: number,
  commands: readonly UnitCommand[],
  image: SiteImage,
  context: LimitContext,
  { unitLimits }: Shelf,
  room: UnitRoom,
  resting: Resting,
): Explanation["units"] {
  const held: Explanation["units"][number][] = [];
  for (let index = 0; index < image.units.length; index++) {
    const unit = image.units[index];
    const command = commands[index];
    if (unit === undefined || command === undefined) continue;
    const { powerW } = command;
    const unusable = unusableBecause(unit);
    if (unusable !== undefined) {
      held.push({ unitId: unit.id, powerW, because: unusable });
      continue;
    }
    if (resting.units[index] === true && targetW !== 0) {
      held.push({ unitId: unit.id, powerW, because: "rests: there is too little to do for all" });
      continue;
    }
    const atMax = targetW > 0 && powerW === room.powerWMax[index] && powerW < Math.floor(unit.rating.dischargeWMax);
    const atMin = targetW < 0 && powerW === room.powerWMin[index] && -powerW < Math.floor(unit.rating.chargeWMax);
    if (!atMax && !atMin) continue;
    const limit = unitLimits[(atMax ? room.maxDrawnBy[index] : room.minDrawnBy[index]) ?? 0];
    if (limit !== undefined) held.push(new BoundUnit(limit, powerW, index, image, context));
  }
  return held;
}

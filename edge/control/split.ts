import { Var, W } from "@penstock/protocol/units";
import { allocate } from "./allocate.ts";
import type { Resting } from "./consolidate.ts";
import type { SiteImage } from "./image.ts";
import { rowsFor } from "./kept-rows.ts";
import { type CircleContext, withReactive } from "./split-reactive.ts";
import type { UnitCommand } from "./step-types.ts";
import { meanStateOfCharge, tilt } from "./tilt.ts";
import type { UnitRoom } from "./unit-room.ts";

/** What there is to share out. */
export interface SiteTarget {
  readonly powerW: number;
  readonly reactiveVar: number;
  readonly resting: Resting;
}

/**
 * The site's power and reactive power over its units. Power goes in proportion to what each can do, tilted so that
 * states of charge grow alike: the fuller discharges more, the emptier charges more. A unit that rests takes none.
 * Reactive power takes what the circle of each unit leaves: where it goes first, power has left it enough. No unit ever works against another.
 */
export function split(target: SiteTarget, image: SiteImage, room: UnitRoom, context: CircleContext): UnitCommand[] {
  const { units } = image;
  const { powerW, reactiveVar, resting } = target;
  const rows = rowsFor(units.length);
  const discharging = powerW > 0;
  const meanSoc = meanStateOfCharge(units);
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    const isAway = unit === undefined || resting.units[index] === true;
    const roomW = isAway ? 0 : ((discharging ? room.powerWMax[index] : room.powerWMin[index]) ?? 0);
    rows.min[index] = discharging ? 0 : roomW;
    rows.max[index] = discharging ? roomW : 0;
    rows.weight[index] = isAway ? 0 : Math.abs(roomW) * tilt(unit, meanSoc, discharging);
  }
  allocate(powerW, units.length, rows);
  const commands: UnitCommand[] = [];
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    if (unit === undefined) continue;
    commands.push({ unitId: unit.id, powerW: W(rows.share[index] ?? 0), reactiveVar: Var(0) });
  }
  return reactiveVar === 0 ? commands : withReactive(commands, reactiveVar, image, context);
}

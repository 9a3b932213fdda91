import { Var } from "@penstock/protocol/units";
import { type AllocationRows, allocate } from "./allocate.ts";
import type { SiteImage } from "./image.ts";
import { rowsFor } from "./kept-rows.ts";
import type { UnitCommand } from "./step-types.ts";
import { unusableBecause } from "./usable.ts";

/** Vars over units that have been given their power: each takes what its circle leaves. */
export function withReactive(
  commands: readonly UnitCommand[],
  reactiveVar: number,
  { units }: SiteImage,
): UnitCommand[] {
  const rows = rowsFor(units.length);
  for (let index = 0; index < commands.length; index++) {
    const unit = units[index];
    const apparentVAMax = unit?.rating.apparentVAMax ?? 0;
    const powerW = commands[index]?.powerW ?? 0;
    const canWork = unit !== undefined && unusableBecause(unit) === undefined;
    offer(rows, index, canWork ? Math.floor(Math.sqrt(Math.max(0, apparentVAMax ** 2 - powerW ** 2))) : 0);
  }
  allocate(Math.round(reactiveVar), commands.length, rows);
  return commands.map((command, index) => ({ ...command, reactiveVar: Var(rows.share[index] ?? 0) }));
}

/** What power must leave for vars, where they have priority: up to the whole circle of each unit. Undefined while none are asked for. */
export function planReactive(reactiveVar: number, { units }: SiteImage): readonly number[] | undefined {
  if (reactiveVar === 0) return undefined;
  const rows = rowsFor(units.length);
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    const canWork = unit !== undefined && unusableBecause(unit) === undefined;
    offer(rows, index, canWork ? Math.floor(unit.rating.apparentVAMax) : 0);
  }
  allocate(Math.round(reactiveVar), units.length, rows);
  return Array.from(rows.share.subarray(0, units.length));
}

function offer(rows: AllocationRows, index: number, roomVar: number): void {
  rows.min[index] = -roomVar;
  rows.max[index] = roomVar;
  rows.weight[index] = roomVar;
}

import { type VA, Var } from "@penstock/protocol/units";
import { type AllocationRows, allocate } from "./allocate.ts";
import type { FeederRest } from "./feeder-rest.ts";
import type { SiteImage } from "./image.ts";
import { rowsFor } from "./kept-rows.ts";
import type { LimitContext } from "./limits/limit.ts";
import type { FeederTerms } from "./site-control-config.ts";
import type { UnitCommand } from "./step-types.ts";
import { unusableBecause } from "./usable.ts";

/** Vars over units that have been given their power: each takes what its circle leaves. */
export function withReactive(
  commands: readonly UnitCommand[],
  reactiveVar: number,
  { units }: SiteImage,
  context: CircleContext,
): UnitCommand[] {
  const rows = rowsFor(units.length);
  for (let index = 0; index < commands.length; index++) {
    const unit = units[index];
    const apparentVAMax = unit?.rating.apparentVAMax ?? 0;
    const powerW = commands[index]?.powerW ?? 0;
    const canWork = unit !== undefined && unusableBecause(unit) === undefined;
    offer(rows, index, canWork ? Math.floor(Math.sqrt(Math.max(0, apparentVAMax ** 2 - powerW ** 2))) : 0);
  }
  boundByFeeders(rows, commands.length, (place) => commands[place]?.powerW ?? 0, context);
  allocate(Math.round(reactiveVar), commands.length, rows);
  return commands.map((command, index) => ({ ...command, reactiveVar: Var(rows.share[index] ?? 0) }));
}

/** What power must leave for vars, where they have priority: up to the whole circle of each unit. Undefined while none are asked for. */
export function planReactive(
  reactiveVar: number,
  { units }: SiteImage,
  context: CircleContext,
): readonly number[] | undefined {
  if (reactiveVar === 0) return undefined;
  const rows = rowsFor(units.length);
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    const canWork = unit !== undefined && unusableBecause(unit) === undefined;
    offer(rows, index, canWork ? Math.floor(unit.rating.apparentVAMax) : 0);
  }
  boundByFeeders(rows, units.length, () => 0, context);
  allocate(Math.round(reactiveVar), units.length, rows);
  return Array.from(rows.share.subarray(0, units.length));
}

/** Whose circles there are besides the units' own. */
export type CircleContext = Pick<LimitContext, "config" | "feederRests">;

/** Units whose feeder carries fewer vars than they could give offer the less, each in proportion. */
function boundByFeeders(
  rows: AllocationRows,
  length: number,
  powerWOf: (place: number) => number,
  { config: { feeders = noFeeders }, feederRests }: CircleContext,
): void {
  for (let index = 0; index < feeders.length; index++) {
    const [feeder, rest] = [feeders[index], feederRests[index]];
    if (feeder?.apparentVAMax === undefined || rest === undefined) continue;
    const places = feeder.units.filter((place) => place < length);
    let [powerW, offeredMin, offeredMax] = [0, 0, 0];
    for (const place of places) {
      powerW += powerWOf(place);
      offeredMin += rows.min[place] ?? 0;
      offeredMax += rows.max[place] ?? 0;
    }
    const { varMin, varMax } = feederVars(feeder.apparentVAMax, powerW, rest);
    for (const place of places) {
      const [min, max] = [rows.min[place] ?? 0, rows.max[place] ?? 0];
      if (offeredMin < varMin) rows.min[place] = Math.ceil((min * varMin) / offeredMin) + 0;
      if (offeredMax > varMax) rows.max[place] = Math.floor((max * varMax) / offeredMax);
    }
  }
}

const noFeeders: readonly FeederTerms[] = [];

/** What a feeder's circle leaves beside a power and the vars of others; none where its meter is not to be trusted. */
function feederVars(apparentVAMax: VA, powerW: number, { rest, reactiveRest }: FeederRest) {
  if (rest.basis !== "measured" || reactiveRest?.basis !== "measured") return { varMin: 0, varMax: 0 };
  const gridW = Math.max(Math.abs(powerW + rest.restWMin), Math.abs(powerW + rest.restWMax));
  const gridVar = Math.sqrt(Math.max(0, apparentVAMax ** 2 - gridW ** 2));
  return {
    varMin: Math.min(0, -gridVar - reactiveRest.restVarMin),
    varMax: Math.max(0, gridVar - reactiveRest.restVarMax),
  };
}

function offer(rows: AllocationRows, index: number, roomVar: number): void {
  rows.min[index] = -roomVar;
  rows.max[index] = roomVar;
  rows.weight[index] = roomVar;
}

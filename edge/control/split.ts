import { clamp, type Soc, Var, W } from "@penstock/protocol/units";
import { type AllocationRows, allocate, allocationRows } from "./allocate.ts";
import type { SiteImage, UnitImage } from "./image.ts";
import type { UnitCommand } from "./step-types.ts";
import type { UnitRoom } from "./unit-room.ts";

/**
 * The site's power and reactive power over its units. Power goes in proportion to what each can do, tilted so that
 * states of charge grow alike: the fuller discharges more, the emptier charges more. Reactive power takes what the
 * circle of each unit leaves. No unit ever works against another.
 */
export function split(targetW: number, reactiveVar: number, image: SiteImage, room: UnitRoom): UnitCommand[] {
  const { units } = image;
  const rows = rowsFor(units.length);
  const discharging = targetW > 0;
  const meanSoc = meanStateOfCharge(units);
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    const roomW = (discharging ? room.powerWMax[index] : room.powerWMin[index]) ?? 0;
    rows.min[index] = discharging ? 0 : roomW;
    rows.max[index] = discharging ? roomW : 0;
    rows.weight[index] = unit === undefined ? 0 : Math.abs(roomW) * tilt(unit, meanSoc, discharging);
  }
  allocate(targetW, units.length, rows);
  const commands: UnitCommand[] = [];
  for (let index = 0; index < units.length; index++) {
    const unit = units[index];
    if (unit === undefined) continue;
    commands.push({ unitId: unit.id, powerW: W(rows.share[index] ?? 0), reactiveVar: Var(0) });
  }
  return reactiveVar === 0 ? commands : withReactive(commands, Math.round(reactiveVar), image, room, rows);
}

/** Kept between cycles; grows with the largest site seen. */
let keptRows = allocationRows(16);

function rowsFor(length: number): AllocationRows {
  if (keptRows.min.length < length) keptRows = allocationRows(2 * length);
  return keptRows;
}

function meanStateOfCharge(units: readonly UnitImage[]): Soc {
  let storedWh = 0;
  let capacityWh = 0;
  for (const { soc, rating } of units) {
    if (soc.quality !== "good") continue;
    storedWh += soc.value * rating.capacityWh;
    capacityWh += rating.capacityWh;
  }
  return (capacityWh > 0 ? storedWh / capacityWh : 0.5) as Soc;
}

/** Ten points of charge above the mean: 40 % more of the discharge. Never so little that a unit stands idle. */
function tilt({ soc }: UnitImage, meanSoc: Soc, discharging: boolean): number {
  if (soc.quality !== "good") return 1;
  const aheadOfMean = discharging ? soc.value - meanSoc : meanSoc - soc.value;
  return clamp(1 + 4 * aheadOfMean, 0.1, 2);
}

function withReactive(
  commands: readonly UnitCommand[],
  reactiveVar: number,
  { units }: SiteImage,
  room: UnitRoom,
  rows: AllocationRows,
): UnitCommand[] {
  for (let index = 0; index < commands.length; index++) {
    const apparentVAMax = units[index]?.rating.apparentVAMax ?? 0;
    const powerW = commands[index]?.powerW ?? 0;
    const canWork = (room.powerWMax[index] ?? 0) > 0 || (room.powerWMin[index] ?? 0) < 0;
    const roomVar = canWork ? Math.floor(Math.sqrt(Math.max(0, apparentVAMax ** 2 - powerW ** 2))) : 0;
    rows.min[index] = -roomVar;
    rows.max[index] = roomVar;
    rows.weight[index] = roomVar;
  }
  allocate(reactiveVar, commands.length, rows);
  return commands.map((command, index) => ({ ...command, reactiveVar: Var(rows.share[index] ?? 0) }));
}

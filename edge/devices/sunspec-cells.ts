import { seconds, V } from "@penstock/protocol/units";
import type { UnitImage } from "../control/image.ts";
import { type Block, type DeviceMap, findModel, type ReadPlan, type View } from "./driver.ts";
import { pointGroup } from "./point-group.ts";
import { readingOf } from "./reading.ts";
import { sunspecModel } from "./sunspec-model.ts";

/** The bank's own summary, SunSpec 803, and the scale of its cells. */
export const BANK = pointGroup(
  sunspecModel(803),
  { strings: "NStr", moduleTemperatureC: "ModTmpMax", cellExponent: "CellV_SF" },
  seconds(1),
);

/** What to read of the strings of a bank, a few strings at a time: the cells' extremes stand nowhere else in 803. */
export function stringPlans(map: DeviceMap): readonly ReadPlan[] {
  const bank = findModel(map, 803);
  if (bank === undefined) return [];
  const strings = Math.floor((bank.length + 2 - HEAD_REGISTERS) / STRING_REGISTERS);
  return Array.from({ length: Math.ceil(strings / STRINGS_A_READ) }, (_, index) => ({
    address: bank.address + HEAD_REGISTERS + index * STRINGS_A_READ * STRING_REGISTERS,
    count: Math.min(STRINGS_A_READ, strings - index * STRINGS_A_READ) * STRING_REGISTERS,
    everyMs: seconds(5),
  }));
}

/** The least, the mean and the greatest cell voltage over all strings; undefined where no string tells. */
export function stringCells(
  bank: Block,
  strings: readonly Block[],
  view: View,
): Pick<UnitImage, "cellVoltageVMin" | "cellVoltageVMean" | "cellVoltageVMax"> | undefined {
  const oldest = strings.reduce<Block | undefined>(
    (old, one) => (old === undefined || !(one.readAtMs >= old.readAtMs) ? one : old),
    undefined,
  );
  if (oldest === undefined) return undefined;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const { registers } of strings) {
    for (let at = 0; at + STRING_REGISTERS <= registers.length; at += STRING_REGISTERS) {
      const least = cell(registers[at + CELL_MIN]);
      const greatest = cell(registers[at + CELL_MAX]);
      const mean = cell(registers[at + CELL_MEAN]);
      if (least < min) min = least;
      if (greatest > max) max = greatest;
      if (Number.isNaN(mean)) continue;
      sum += mean;
      count++;
    }
  }
  const stepV = 10 ** BANK.decode(bank).cellExponent;
  const volts = (raw: number) => readingOf(V(Number.isFinite(raw) ? raw * stepV : Number.NaN), oldest, view);
  return { cellVoltageVMin: volts(min), cellVoltageVMean: volts(sum / count), cellVoltageVMax: volts(max) };
}

/** SunSpec 803: registers before the strings, of a string, and in it StrCellVMax, StrCellVMin, StrCellVAvg. */
const HEAD_REGISTERS = 28;
const STRING_REGISTERS = 32;
const CELL_MAX = 7;
const CELL_MIN = 9;
const CELL_MEAN = 11;
/** 96 registers: three strings fit into one read of 125. */
const STRINGS_A_READ = 3;

const cell = (word = 0xffff): number => (word === 0xffff ? Number.NaN : word);

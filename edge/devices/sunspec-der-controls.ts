import { Ms } from "@penstock/protocol/units";
import { type Block, type Control, inModel } from "./driver.ts";
import { NO_BLOCK, pointGroup } from "./point-group.ts";
import { isSame32, putInt32, putUint32 } from "./registers.ts";
import { sunspecModel } from "./sunspec-model.ts";

/** Where the driver keeps 704. */
const BLOCK = 1;

/** SunSpec 704 as it is read back each cycle: all of it that a master can set in watts or vars, and the scales. */
export const CONTROLS = pointGroup(
  sunspecModel(704),
  {
    firstSetting: "PFWInjEna",
    isEnabled: "WSetEna",
    mode: "WSetMod",
    powerW: "WSet",
    powerRemainingS: "WSetRvrtRem",
    reactiveVar: "VarSet",
    reactiveRemainingS: "VarSetRvrtRem",
    powerExponent: "WSet_SF",
    reactiveExponent: "VarSet_SF",
  },
  Ms(0),
);

/**
 * SunSpec 704, active power in watts: enable, value, reversion value and timer in one request, so that no
 * half of a command is ever in force. The unit goes to the safe value by itself when the writes stop.
 * Registers 22 to 32; 33 and 34 are the time left, read-only.
 */
export const activePower: Control = {
  name: "active power",
  place: inModel(704, 22),
  count: 11,
  block: BLOCK,
  blockOffset: 22,

  isWanted: () => true,

  encode(unit, blocks, setpoint, into) {
    const block = blocks[BLOCK] ?? NO_BLOCK;
    const { powerExponent } = CONTROLS.decode(block);
    const raw = toRaw(setpoint.powerW, powerExponent);
    const safeRaw = toRaw(unit.safePowerW, powerExponent);
    if (!fits(raw) || !fits(safeRaw)) return false;
    into[0] = 1; // WSetEna
    into[1] = 1; // WSetMod: watts
    putInt32(into, 2, raw);
    putInt32(into, 4, safeRaw);
    into[6] = block.registers[28] ?? 0x8000; // WSetPct and WSetPctRvrt stand between: as they were.
    into[7] = block.registers[29] ?? 0x8000;
    into[8] = 1; // WSetEnaRvrt: the safe value is a set-point too.
    putUint32(into, 9, revertS(unit.revertAfterMs));
    return true;
  },

  isApplied: (block, written) => isSame(block, 22, written, 4),

  hasReverted: (block) => CONTROLS.decode(block).powerRemainingS === 0 && isSame32(block.registers, 24, 26),
};

/** SunSpec 704, reactive power in vars, active power going first. Registers 35 to 46. */
export const reactivePower: Control = {
  name: "reactive power",
  place: inModel(704, 35),
  count: 12,
  block: BLOCK,
  blockOffset: 35,

  isWanted: (setpoint) => setpoint.reactiveVar !== 0,

  encode(unit, blocks, setpoint, into) {
    const block = blocks[BLOCK] ?? NO_BLOCK;
    const raw = toRaw(setpoint.reactiveVar, CONTROLS.decode(block).reactiveExponent);
    if (!fits(raw)) return false;
    into[0] = 1; // VarSetEna
    into[1] = 4; // VarSetMod: vars
    into[2] = 0; // VarSetPri: active
    putInt32(into, 3, raw);
    putInt32(into, 5, 0);
    into[7] = block.registers[42] ?? 0x8000;
    into[8] = block.registers[43] ?? 0x8000;
    into[9] = 1; // VarSetEnaRvrt
    putUint32(into, 10, revertS(unit.revertAfterMs));
    return true;
  },

  isApplied: (block, written) => isSame(block, 35, written, 5),

  hasReverted: (block) => CONTROLS.decode(block).reactiveRemainingS === 0 && isSame32(block.registers, 38, 40),
};

/** A set-point between two steps of the device is cut, never rounded up; the nudge is for 1899.9999999 of 1900. */
const toRaw = (value: number, exponent: number): number =>
  Math.trunc(Math.round((value / (POWERS_OF_TEN[exponent + 10] ?? Number.NaN)) * 1e6) / 1e6);

/** From −10 to 10, all that a scale factor can be. */
const POWERS_OF_TEN = Array.from({ length: 21 }, (_, index) => 10 ** (index - 10));

const fits = (raw: number): boolean => raw >= -0x7fffffff && raw <= 0x7fffffff;

const revertS = (revertAfterMs: Ms): number => Math.max(1, Math.ceil(revertAfterMs / 1000));

/** Enable, mode (and priority) and value; a device may round the timer or ignore the percentages. */
function isSame({ registers }: Block, from: number, written: Uint16Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (registers[from + i] !== written[i]) return false;
  return true;
}

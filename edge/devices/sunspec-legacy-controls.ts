import { Ms } from "@penstock/protocol/units";
import { type Block, type Control, inModel } from "./driver.ts";
import { NO_BLOCK, pointGroup } from "./point-group.ts";
import { sunspecModel } from "./sunspec-model.ts";

/** Where the legacy driver keeps these among its blocks. */
export const STORAGE_BLOCK = 0;
export const RATINGS_BLOCK = 1;
export const IMMEDIATE_BLOCK = 2;

/** SunSpec 124, all of it: set-points, settings, state of charge and scales. */
export const STORAGE = pointGroup(
  sunspecModel(124),
  {
    chargeWMax: "WChaMax",
    mode: "StorCtl_Mod",
    socPercent: "ChaState",
    chargeState: "ChaSt",
    dischargePercent: "OutWRte",
    chargePercent: "InWRte",
    percentExponent: "InOutWRte_SF",
  },
  Ms(0),
);

/** SunSpec 120: what the percentages are percent of. */
export const RATINGS = pointGroup(
  sunspecModel(120),
  { powerW: "WRtg", energyWh: "WHRtg", chargeRateW: "MaxChaRte", dischargeRateW: "MaxDisChaRte" },
  Ms(1_000),
);

/** SunSpec 123: connection, limit and vars. */
export const IMMEDIATE = pointGroup(
  sunspecModel(123),
  {
    isConnected: "Conn",
    reactivePercent: "VArWMaxPct",
    reactiveMode: "VArPct_Mod",
    isReactive: "VArPct_Ena",
    reactiveExponent: "VArPct_SF",
  },
  Ms(0),
);

/** OutWRte is percent of the greatest discharge rate; 120 has it, and failing that both ways are taken as alike. */
export function dischargeBaseW(blocks: readonly Block[]): number {
  const { dischargeRateW } = RATINGS.decode(blocks[RATINGS_BLOCK] ?? NO_BLOCK);
  return Number.isNaN(dischargeRateW) ? STORAGE.decode(blocks[STORAGE_BLOCK] ?? NO_BLOCK).chargeWMax : dischargeRateW;
}

/**
 * SunSpec 124, registers 12 to 16: OutWRte and InWRte as one band of no width, so that the battery can do nothing
 * else: discharging at 40 % is a least discharge of 40 % (InWRte -40) and a greatest one (OutWRte 40). The timer
 * goes with them; the mode that puts them in force is {@link storageMode}, which is written after.
 */
export const storageRates: Control = {
  name: "charge and discharge rate",
  place: inModel(124, 12),
  count: 5,
  block: STORAGE_BLOCK,
  blockOffset: 12,

  isWanted: () => true,

  encode(unit, blocks, { powerW }, into) {
    const { chargeWMax, percentExponent } = STORAGE.decode(blocks[STORAGE_BLOCK] ?? NO_BLOCK);
    const baseW = powerW >= 0 ? dischargeBaseW(blocks) : chargeWMax;
    const percent = (100 * Math.abs(powerW)) / baseW;
    const raw = toRaw(percent, percentExponent);
    if (!(baseW > 0) || !(percent <= 100) || !(raw <= 0x7fff)) return false;
    into[0] = powerW >= 0 ? raw : -raw;
    into[1] = powerW >= 0 ? -raw : raw;
    into[2] = 0; // InOutWRte_WinTms: at once
    into[3] = Math.min(0xfffe, Math.max(1, Math.ceil(unit.revertAfterMs / 1_000)));
    into[4] = 0; // InOutWRte_RmpTms: the ramp is ours
    return true;
  },

  isApplied: (block, written) => isSame(block, 12, written, 2),
  hasReverted: (block) => STORAGE.decode(block).mode === 0,
};

/** SunSpec 124, register 5: both rates in force. */
export const storageMode: Control = {
  name: "storage control mode",
  place: inModel(124, 5),
  count: 1,
  block: STORAGE_BLOCK,
  blockOffset: 5,

  isWanted: () => true,

  encode(_unit, _blocks, _setpoint, into) {
    into[0] = BOTH;
    return true;
  },

  isApplied: (block, written) => isSame(block, 5, written, 1),
  hasReverted: (block) => STORAGE.decode(block).mode === 0,
};

/** SunSpec 123, registers 15 to 22: vars as percent of the nameplate power, with timer, mode and enable. */
export const legacyReactivePower: Control = {
  name: "reactive power",
  place: inModel(123, 15),
  count: 8,
  block: IMMEDIATE_BLOCK,
  blockOffset: 15,

  isWanted: (setpoint) => setpoint.reactiveVar !== 0,

  encode(unit, blocks, { reactiveVar }, into) {
    const { powerW } = RATINGS.decode(blocks[RATINGS_BLOCK] ?? NO_BLOCK);
    const percent = (100 * reactiveVar) / powerW;
    const raw = toRaw(percent, IMMEDIATE.decode(blocks[IMMEDIATE_BLOCK] ?? NO_BLOCK).reactiveExponent);
    if (!(Math.abs(percent) <= 100) || !(Math.abs(raw) <= 0x7fff)) return false;
    into[0] = raw;
    into[1] = 0x8000; // The two other ways to say it are left unsaid.
    into[2] = 0x8000;
    into[3] = 0;
    into[4] = Math.min(0xfffe, Math.max(1, Math.ceil(unit.revertAfterMs / 1_000)));
    into[5] = 0;
    into[6] = 1; // VArPct_Mod: percent of WMax
    into[7] = 1; // VArPct_Ena
    return true;
  },

  isApplied(block, written) {
    const from = 15;
    return isSame(block, from, written, 1) && block.registers[from + 6] === 1 && block.registers[from + 7] === 1;
  },
  hasReverted: (block) => IMMEDIATE.decode(block).isReactive === 0,
};

/** StorCtl_Mod: bit 0 charge, bit 1 discharge. */
const BOTH = 3;

/** Cut towards zero between two steps of the device; the nudge is for 39.9999999 of 40. */
const toRaw = (percent: number, exponent: number): number =>
  Math.trunc(Math.round((percent / 10 ** exponent) * 1e6) / 1e6);

function isSame({ registers }: Block, from: number, written: Uint16Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (registers[from + i] !== written[i]) return false;
  return true;
}

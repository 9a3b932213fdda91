import { fail, ok } from "@penstock/protocol/result";
import { Celsius, Ms, Soc, seconds, Var, W, Wh } from "@penstock/protocol/units";
import type { UnitState } from "../control/image.ts";
import { findModel, rangesInModel, type UnitDriver } from "./driver.ts";
import { identityPlan } from "./identity-plan.ts";
import { found, oddity } from "./plausibility.ts";
import { NO_BLOCK, pointGroup, pointLayouts } from "./point-group.ts";
import { readingOf } from "./reading.ts";
import {
  dischargeBaseW,
  IMMEDIATE,
  IMMEDIATE_BLOCK,
  legacyReactivePower,
  RATINGS,
  RATINGS_BLOCK,
  STORAGE,
  STORAGE_BLOCK,
  storageMode,
  storageRates,
} from "./sunspec-legacy-controls.ts";
import { sunspecModel } from "./sunspec-model.ts";

/**
 * An inverter with a battery as SunSpec told it before the 700 series, and as most in homes and older parks do: 103
 * (113 in floats) measures, 124 stores and takes the set-point in percent, 120 says percent of what; 123 has vars
 * and the connection, 122 the lifetime energy and 802 the battery where a device has them.
 */
export const sunspecLegacyStorage: UnitDriver = {
  kind: "unit",
  name: "sunspec-legacy-storage",

  plan(map) {
    const inverter = INVERTERS.plans(map);
    if (inverter === undefined || findModel(map, 124) === undefined) {
      return fail({ code: "device.model-missing", models: "one of 101 to 113, and 124" });
    }
    const groups = [STORAGE, RATINGS, IMMEDIATE, STATUS, BATTERY];
    return ok([...groups.map((group) => group.plan(map)), ...inverter, identityPlan(map)]);
  },

  image(unit, blocks, view) {
    const { [STORAGE_BLOCK]: storageBlock = NO_BLOCK, [RATINGS_BLOCK]: ratingsBlock = NO_BLOCK } = blocks;
    const {
      [IMMEDIATE_BLOCK]: immediateBlock = NO_BLOCK,
      3: statusBlock = NO_BLOCK,
      4: batteryBlock = NO_BLOCK,
    } = blocks;
    const { group, block: inverterBlock } = INVERTERS.read(blocks.slice(FIRST_INVERTER));
    const inverter = group.decode(inverterBlock);
    const storage = STORAGE.decode(storageBlock);
    const ratings = RATINGS.decode(ratingsBlock);
    const battery = BATTERY.decode(batteryBlock);
    const hasBattery = batteryBlock.registers.length > 0;
    const socPercent = hasBattery ? battery.socPercent : storage.socPercent;
    const socBlock = hasBattery ? batteryBlock : storageBlock;
    const lifetimeWh = STATUS.decode(statusBlock).generatedWh;
    const hasLifetime = !Number.isNaN(lifetimeWh);
    return {
      id: unit.id,
      rating: unit.rating,
      powerW: readingOf(W(inverter.powerW), inverterBlock, view),
      reactiveVar: readingOf(Var(inverter.reactiveVar), inverterBlock, view),
      soc: readingOf(Soc(socPercent / 100), socBlock, view, { min: 0, max: 1 }),
      chargeWMax: readingOf(
        W(least(storage.chargeWMax, ratings.chargeRateW, battery.chargeA * battery.voltageV)),
        hasBattery ? batteryBlock : storageBlock,
        view,
      ),
      dischargeWMax: readingOf(
        W(least(dischargeBaseW(blocks), ratings.powerW, battery.dischargeA * battery.voltageV)),
        hasBattery ? batteryBlock : storageBlock,
        view,
      ),
      temperatureC: readingOf(Celsius(inverter.cabinetTemperatureC), inverterBlock, view),
      state: readingOf(
        stateOf(battery.state, IMMEDIATE.decode(immediateBlock).isConnected, storage.chargeState, inverter.state),
        inverterBlock,
        view,
      ),
      // 124 knows no local control: whoever has these models always listens. 802 does know it.
      remote: readingOf(hasBattery ? battery.control === 0 : true, hasBattery ? batteryBlock : storageBlock, view),
      setpointW: readingOf(W(setpointW(storage, dischargeBaseW(blocks))), storageBlock, view),
      dischargedWh: readingOf(
        Wh(hasLifetime ? lifetimeWh : inverter.generatedWh),
        hasLifetime ? statusBlock : inverterBlock,
        view,
      ),
      // These models count what is generated only.
      chargedWh: readingOf(Wh(Number.NaN), storageBlock, view),
      refused: view.refused,
    };
  },

  lint({ rating }, blocks) {
    const { group, block } = INVERTERS.read(blocks.slice(FIRST_INVERTER));
    const { powerW, frequencyHz } = group.decode(block);
    const ratings = RATINGS.decode(blocks[RATINGS_BLOCK] ?? NO_BLOCK);
    const { apparentVAMax, dischargeWMax, chargeWMax, capacityWh } = rating;
    return found(
      oddity("inverter W", powerW, { min: -2 * apparentVAMax, max: 2 * apparentVAMax }),
      oddity("inverter Hz", frequencyHz, { min: 0, max: 70 }),
      oddity("120 WRtg", ratings.powerW, { min: dischargeWMax / 4, max: 4 * dischargeWMax }),
      oddity("120 WHRtg", ratings.energyWh, { min: capacityWh / 3, max: 3 * capacityWh }),
      oddity("124 WChaMax", STORAGE.decode(blocks[STORAGE_BLOCK] ?? NO_BLOCK).chargeWMax, {
        min: 0,
        max: 4 * chargeWMax,
      }),
    );
  },

  controls: [storageRates, storageMode, legacyReactivePower],
  heartbeat: undefined,

  writable: (map) => [...rangesInModel(map, 124, [5, 5], [12, 16]), ...rangesInModel(map, 123, [15, 22])],

  watched: [
    { name: "123 connection", block: IMMEDIATE_BLOCK, blockOffset: 4, count: 1 },
    { name: "123 power limit", block: IMMEDIATE_BLOCK, blockOffset: 5, count: 5 },
    { name: "123 power factor", block: IMMEDIATE_BLOCK, blockOffset: 10, count: 5 },
    { name: "124 charge settings", block: STORAGE_BLOCK, blockOffset: 2, count: 3 },
    { name: "124 reserve", block: STORAGE_BLOCK, blockOffset: 6, count: 2 },
  ],
};

const STATUS = pointGroup(sunspecModel(122), { generatedWh: "ActWh" }, seconds(1));

const BATTERY = pointGroup(
  sunspecModel(802),
  {
    socPercent: "SoC",
    control: "LocRemCtl",
    state: "State",
    voltageV: "V",
    chargeA: "AChaMax",
    dischargeA: "ADisChaMax",
  },
  seconds(1),
);

/** Behind the five groups. */
const FIRST_INVERTER = 5;

/** The float ones first: their steps are finer. */
const INVERTERS = pointLayouts(
  [113, 112, 111, 103, 102, 101],
  {
    powerW: "W",
    reactiveVar: "VAr",
    frequencyHz: "Hz",
    generatedWh: "WH",
    cabinetTemperatureC: "TmpCab",
    state: "St",
  },
  Ms(0),
);

/** The least of those that are known; not a number when none is. */
const least = (...values: readonly number[]): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : Math.min(...known);
};

/** What 124 holds to, while both rates are in force and pin the battery to one power. */
function setpointW(
  {
    mode,
    dischargePercent,
    chargePercent,
    chargeWMax,
  }: Readonly<Record<"mode" | "dischargePercent" | "chargePercent" | "chargeWMax", number>>,
  dischargeW: number,
): number {
  if (mode !== 3 || dischargePercent !== -chargePercent) return Number.NaN;
  return ((dischargePercent >= 0 ? dischargeW : chargeWMax) * dischargePercent) / 100 + 0;
}

/** 103 St; the battery's own fault or open contactor comes first, then a connection that was opened by command. */
function stateOf(
  batteryState: number,
  isConnected: number,
  chargeState: number,
  inverterState: number,
): UnitState | undefined {
  if (batteryState === 99) return "fault";
  if (batteryState === 1 || isConnected === 0 || chargeState === 1) return "off";
  return INVERTER_STATES[inverterState];
}

/** From 1: OFF, SLEEPING, STARTING, MPPT, THROTTLED, SHUTTING_DOWN, FAULT, STANDBY. */
const INVERTER_STATES: readonly (UnitState | undefined)[] = [
  undefined,
  "off",
  "standby",
  "starting",
  "running",
  "running",
  "off",
  "fault",
  "standby",
];

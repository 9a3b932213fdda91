import { fail, ok } from "@penstock/protocol/result";
import { Celsius, Ms, Soc, seconds, V, Var, W, Wh } from "@penstock/protocol/units";
import type { UnitImage, UnitState } from "../control/image.ts";
import { type Block, findModel, inModel, rangesInModel, type UnitDriver, type View } from "./driver.ts";
import { identityPlan } from "./identity-plan.ts";
import { found, oddity } from "./plausibility.ts";
import { NO_BLOCK, pointGroup } from "./point-group.ts";
import { readingOf } from "./reading.ts";
import { BANK, stringCells, stringPlans } from "./sunspec-cells.ts";
import { activePower, CONTROLS, reactivePower } from "./sunspec-der-controls.ts";
import { sunspecModel } from "./sunspec-model.ts";

/**
 * A battery unit with its own inverter as SunSpec tells it: 701 measures, 704 commands, 713 stores, 802 is the
 * battery and what its BMS allows, 702 what the owner set; where a unit has them 703 says whether it may be on
 * the grid, 714 and 803 know the cells and their temperature, and 715 has the heartbeats.
 */
export const sunspecStorage: UnitDriver = {
  kind: "unit",
  name: "sunspec-storage",

  plan(map) {
    const absent = REQUIRED.filter((id) => findModel(map, id) === undefined);
    if (absent.length > 0) return fail({ code: "device.model-missing", models: absent.join(", ") });
    const groups = [AC, CONTROLS, STORAGE, BATTERY, SETTINGS, DC, HEARTBEAT, ENTER_SERVICE, BANK];
    return ok([...groups.map((group) => group.plan(map)), identityPlan(map), ...stringPlans(map)]);
  },

  image(unit, blocks, view) {
    // By place: taking a list apart by pattern walks an iterator, for ten units ten times a second.
    const acBlock = blocks[0] ?? NO_BLOCK;
    const controlsBlock = blocks[1] ?? NO_BLOCK;
    const storageBlock = blocks[2] ?? NO_BLOCK;
    const batteryBlock = blocks[3] ?? NO_BLOCK;
    const settingsBlock = blocks[4] ?? NO_BLOCK;
    const dcBlock = blocks[5] ?? NO_BLOCK;
    const heartbeatBlock = blocks[6] ?? NO_BLOCK;
    const serviceBlock = blocks[7] ?? NO_BLOCK;
    const bankBlock = blocks[8] ?? NO_BLOCK;
    const ac = AC.decode(acBlock);
    const controls = CONTROLS.decode(controlsBlock);
    const battery = BATTERY.decode(batteryBlock);
    const settings = SETTINGS.decode(settingsBlock);
    const isHeld = controls.isEnabled === 1 && controls.mode === 1;
    // From 802 where it has them, else from the strings of 803.
    const areCellsTold = !Number.isNaN(battery.cellVMin) || !Number.isNaN(battery.cellVMax);
    const strings = areCellsTold ? undefined : cellsOfStrings(bankBlock, blocks, view);
    return {
      id: unit.id,
      rating: unit.rating,
      powerW: readingOf(W(ac.powerW), acBlock, view),
      reactiveVar: readingOf(Var(ac.reactiveVar), acBlock, view),
      soc: readingOf(Soc(STORAGE.decode(storageBlock).socPercent / 100), storageBlock, view, A_FRACTION),
      chargeWMax: readingOf(
        allowanceW(battery.chargeRateW, battery.chargeA * battery.voltageV, settings.chargeRateW),
        batteryBlock,
        view,
      ),
      dischargeWMax: readingOf(
        allowanceW(battery.dischargeRateW, battery.dischargeA * battery.voltageV, settings.dischargeRateW),
        batteryBlock,
        view,
      ),
      temperatureC: temperatureOf(bankBlock, dcBlock, acBlock, view),
      state: readingOf(
        stateOf(battery.state, ENTER_SERVICE.decode(serviceBlock).permitted, ac.inverterState, ac.state),
        acBlock,
        view,
      ),
      remote: readingOf(isRemote(battery.control, HEARTBEAT.decode(heartbeatBlock).control), batteryBlock, view),
      setpointW: readingOf(W(isHeld ? controls.powerW : Number.NaN), controlsBlock, view),
      dischargedWh: readingOf(Wh(ac.dischargedWh), acBlock, view),
      chargedWh: readingOf(Wh(ac.chargedWh), acBlock, view),
      refused: view.refused,
      cellVoltageVMin: areCellsTold ? readingOf(V(battery.cellVMin), batteryBlock, view) : strings?.cellVoltageVMin,
      cellVoltageVMean: areCellsTold ? readingOf(V(battery.cellVMean), batteryBlock, view) : strings?.cellVoltageVMean,
      cellVoltageVMax: areCellsTold ? readingOf(V(battery.cellVMax), batteryBlock, view) : strings?.cellVoltageVMax,
    };
  },

  lint({ rating }, [acBlock = NO_BLOCK, , storageBlock = NO_BLOCK, batteryBlock = NO_BLOCK]) {
    const ac = AC.decode(acBlock);
    const battery = BATTERY.decode(batteryBlock);
    const { capacityWh, apparentVAMax, dischargeWMax, chargeWMax } = rating;
    return found(
      oddity("701 W", ac.powerW, { min: -2 * apparentVAMax, max: 2 * apparentVAMax }),
      oddity("701 Hz", ac.frequencyHz, GRID_HZ),
      oddity("713 WHRtg", STORAGE.decode(storageBlock).energyWh, { min: capacityWh / 3, max: 3 * capacityWh }),
      oddity("802 WDisChaRteMax", battery.dischargeRateW, { min: dischargeWMax / 4, max: 4 * dischargeWMax }),
      oddity("802 WChaRteMax", battery.chargeRateW, { min: chargeWMax / 4, max: 4 * chargeWMax }),
    );
  },

  controls: [activePower, reactivePower],

  heartbeat: { place: inModel(715, 5), block: 6, read: (block) => HEARTBEAT.decode(block).heartbeat },

  /** The active and the reactive set-point of 704 without the time left, and our heartbeat in 715. */
  writable: (map) => [...rangesInModel(map, 704, [22, 32], [35, 46]), ...rangesInModel(map, 715, [5, 6])],

  watched: [
    { name: "704 power factor when injecting", block: 1, blockOffset: 2, count: 4 },
    { name: "704 power factor when absorbing", block: 1, blockOffset: 8, count: 4 },
    { name: "704 active power limit", block: 1, blockOffset: 14, count: 6 },
    { name: "704 ramps and anti-islanding", block: 1, blockOffset: 49, count: 4 },
    { name: "702 settings", block: 4, blockOffset: 26, count: 19 },
    { name: "703 enter service", block: 7, blockOffset: 2, count: 13 },
  ],
};

const A_FRACTION = { min: 0, max: 1 };

/** A grid that is on; a unit off the grid may well read 0. */
const GRID_HZ = { min: 0, max: 70 };

const REQUIRED = [701, 704, 713, 802];

const AC = pointGroup(
  sunspecModel(701),
  {
    state: "St",
    inverterState: "InvSt",
    powerW: "W",
    reactiveVar: "Var",
    frequencyHz: "Hz",
    dischargedWh: "TotWhInj",
    chargedWh: "TotWhAbs",
    cabinetTemperatureC: "TmpCab",
  },
  Ms(0),
);

const STORAGE = pointGroup(sunspecModel(713), { energyWh: "WHRtg", socPercent: "SoC" }, seconds(1));

const BATTERY = pointGroup(
  sunspecModel(802),
  {
    chargeRateW: "WChaRteMax",
    dischargeRateW: "WDisChaRteMax",
    control: "LocRemCtl",
    state: "State",
    voltageV: "V",
    cellVMax: "CellVMax",
    cellVMin: "CellVMin",
    cellVMean: "CellVAvg",
    chargeA: "AChaMax",
    dischargeA: "ADisChaMax",
  },
  seconds(1),
);

const SETTINGS = pointGroup(
  sunspecModel(702),
  { firstSettingW: "WMax", chargeRateW: "WChaRteMax", dischargeRateW: "WDisChaRteMax", lastSetting: "IntIslandCat" },
  seconds(1),
);

const ENTER_SERVICE = pointGroup(sunspecModel(703), { permitted: "ES", lastSettingS: "ESRmpTms" }, seconds(1));

const DC = pointGroup(sunspecModel(714), { cellTemperatureC: "Prt[0].Tmp" }, seconds(1));

const HEARTBEAT = pointGroup(sunspecModel(715), { control: "LocRemCtl", heartbeat: "DERHb" }, seconds(1));

/**
 * The least of what the nameplate, the BMS at this moment (amperes times volts: DC, a little more than AC when
 * discharging, which the unit's own inverter cuts) and the unit's settings allow. A battery that names neither
 * of the first two allows nothing we know of.
 */
function allowanceW(nameplateW: number, bmsW: number, settingW: number): W {
  const batteryW = least(nameplateW, bmsW);
  return W(Number.isNaN(batteryW) ? Number.NaN : least(batteryW, settingW));
}

/** The smaller of two where both are known, else the known one. */
const least = (a: number, b: number): number => (Number.isNaN(a) ? b : b < a ? b : a);

/** The hottest module where the bank tells, else the port; failing both the cabinet, which is cooler than the cells. */
function temperatureOf(bank: Block, dc: Block, ac: Block, view: View): UnitImage["temperatureC"] {
  const moduleC = BANK.decode(bank).moduleTemperatureC;
  if (!Number.isNaN(moduleC)) return readingOf(Celsius(moduleC), bank, view);
  const portC = DC.decode(dc).cellTemperatureC;
  if (!Number.isNaN(portC)) return readingOf(Celsius(portC), dc, view);
  return readingOf(Celsius(AC.decode(ac).cabinetTemperatureC), ac, view);
}

/** The cells as the strings of 803 tell of them. */
const cellsOfStrings = (bank: Block, blocks: readonly Block[], view: View): ReturnType<typeof stringCells> =>
  blocks.length > FIRST_STRING ? stringCells(bank, blocks.slice(FIRST_STRING), view) : undefined;

/** Where the strings of 803 begin among the blocks. */
const FIRST_STRING = 10;

/** 701 InvSt; where a unit has none, St tells on from off. The battery's own fault or open contactor comes first, then a 703 that keeps it off the grid. */
function stateOf(batteryState: number, permitted: number, inverterState: number, isOn: number): UnitState | undefined {
  if (batteryState === 99) return "fault";
  if (batteryState === 1 || permitted === 0) return "off";
  if (!Number.isNaN(inverterState)) return INVERTER_STATES[inverterState];
  return isOn === 1 ? "running" : isOn === 0 ? "off" : undefined;
}

/** OFF, SLEEPING, STARTING, RUNNING, THROTTLED, SHUTTING_DOWN, FAULT, STANDBY. */
const INVERTER_STATES: readonly UnitState[] = [
  "off",
  "standby",
  "starting",
  "running",
  "running",
  "off",
  "fault",
  "standby",
];

/** 802 and 715 each have a LocRemCtl, 0 for remote; one that says local is enough. */
function isRemote(ofBattery: number, ofUnit: number): boolean | undefined {
  if (ofBattery === 1 || ofUnit === 1) return false;
  return ofBattery === 0 || ofUnit === 0 ? true : undefined;
}

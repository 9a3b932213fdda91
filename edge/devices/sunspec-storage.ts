import { fail, ok } from "@penstock/protocol/result";
import { Celsius, Ms, Soc, seconds, Var, W, Wh } from "@penstock/protocol/units";
import type { UnitState } from "../control/image.ts";
import { findModel, type UnitDriver } from "./driver.ts";
import { NO_BLOCK, pointGroup } from "./point-group.ts";
import { readingOf } from "./reading.ts";
import { activePower, CONTROLS, reactivePower } from "./sunspec-der-controls.ts";
import { sunspecModel } from "./sunspec-model.ts";

/**
 * A battery unit with its own inverter as SunSpec tells it: 701 measures, 704 commands, 713 stores, 802 is the
 * battery and what its BMS allows, 702 what the owner set; 714 has the cells' temperature and 715 the
 * heartbeats where a unit has them.
 */
export const sunspecStorage: UnitDriver = {
  kind: "unit",
  name: "sunspec-storage",

  plan(map) {
    const absent = REQUIRED.filter((id) => findModel(map, id) === undefined);
    if (absent.length > 0) return fail({ code: "device.model-missing", models: absent.join(", ") });
    return ok([AC, CONTROLS, STORAGE, BATTERY, SETTINGS, DC, HEARTBEAT].map((group) => group.plan(map)));
  },

  image(unit, blocks, view) {
    const [acBlock = NO_BLOCK, controlsBlock = NO_BLOCK, storageBlock = NO_BLOCK, batteryBlock = NO_BLOCK] = blocks;
    const [, , , , settingsBlock = NO_BLOCK, dcBlock = NO_BLOCK, heartbeatBlock = NO_BLOCK] = blocks;
    const ac = AC.decode(acBlock);
    const controls = CONTROLS.decode(controlsBlock);
    const battery = BATTERY.decode(batteryBlock);
    const settings = SETTINGS.decode(settingsBlock);
    const cellC = DC.decode(dcBlock).cellTemperatureC;
    const hasCells = !Number.isNaN(cellC);
    const isHeld = controls.isEnabled === 1 && controls.mode === 1;
    return {
      id: unit.id,
      rating: unit.rating,
      powerW: readingOf(W(ac.powerW), acBlock, view),
      reactiveVar: readingOf(Var(ac.reactiveVar), acBlock, view),
      soc: readingOf(Soc(STORAGE.decode(storageBlock).socPercent / 100), storageBlock, view, { min: 0, max: 1 }),
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
      // Where nothing tells of the cells, the cabinet, which is cooler than they are.
      temperatureC: readingOf(Celsius(hasCells ? cellC : ac.cabinetTemperatureC), hasCells ? dcBlock : acBlock, view),
      state: readingOf(stateOf(battery.state, ac.inverterState, ac.state), acBlock, view),
      remote: readingOf(isRemote(battery.control, HEARTBEAT.decode(heartbeatBlock).control), batteryBlock, view),
      setpointW: readingOf(W(isHeld ? controls.powerW : Number.NaN), controlsBlock, view),
      dischargedWh: readingOf(Wh(ac.dischargedWh), acBlock, view),
      chargedWh: readingOf(Wh(ac.chargedWh), acBlock, view),
    };
  },

  controls: [activePower, reactivePower],

  heartbeat: { modelId: 715, offset: 5, block: 6, read: (block) => HEARTBEAT.decode(block).heartbeat },
};

const REQUIRED = [701, 704, 713, 802];

const AC = pointGroup(
  sunspecModel(701),
  {
    state: "St",
    inverterState: "InvSt",
    powerW: "W",
    reactiveVar: "Var",
    dischargedWh: "TotWhInj",
    chargedWh: "TotWhAbs",
    cabinetTemperatureC: "TmpCab",
  },
  Ms(0),
);

const STORAGE = pointGroup(sunspecModel(713), { socPercent: "SoC" }, seconds(1));

const BATTERY = pointGroup(
  sunspecModel(802),
  {
    chargeRateW: "WChaRteMax",
    dischargeRateW: "WDisChaRteMax",
    control: "LocRemCtl",
    state: "State",
    voltageV: "V",
    chargeA: "AChaMax",
    dischargeA: "ADisChaMax",
  },
  seconds(1),
);

const SETTINGS = pointGroup(
  sunspecModel(702),
  { chargeRateW: "WChaRteMax", dischargeRateW: "WDisChaRteMax" },
  seconds(1),
);

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

/** 701 InvSt; where a unit has none, St tells on from off. The battery's own fault or open contactor comes first. */
function stateOf(batteryState: number, inverterState: number, isOn: number): UnitState | undefined {
  if (batteryState === 99) return "fault";
  if (batteryState === 1) return "off";
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

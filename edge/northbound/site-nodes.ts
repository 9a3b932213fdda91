import { stateOf } from "../alarms/alarm.ts";
import type { SiteConfig, UnitConfig } from "../config/site-config.ts";
import { PRIORITIES } from "../explanations/index.ts";
import type { SiteStatus } from "../loop/loop-types.ts";
import { gridOperatorNodes } from "./grid-operator-nodes.ts";
import type { NodeValue } from "./server-link.ts";
import { fact, inSum, type NorthboundView, reading, type SiteNode, scaled } from "./site-node.ts";
import { unitNodes } from "./unit-nodes.ts";

/**
 * The site as OPC UA nodes, pure: who it is, what it does, what it may do and why, its units, its meter, its plant and
 * its alarms. Powers in W and positive out, as everywhere; a reading keeps its own quality and its own time. The meter's
 * powers bear the names OPC 34100 (energy consumption management) gives them.
 */
export function siteNodes(site: SiteConfig): readonly SiteNode[] {
  const { siteId, control, units, plant } = site;
  const total = (of: (unit: UnitConfig) => number) => units.reduce((sum, unit) => sum + of(unit), 0);
  const power = [-total(chargeOf), total(dischargeOf)] as const;
  const { exportWMax, importWMax } = control.connection;
  const atConnection = [-importWMax, exportWMax] as const;
  return [
    fact("Identity/SiteId", "String", "The site's name", () => siteId),
    fact("Identity/Manufacturer", "String", "Who made the site controller", () => "Penstock"),
    fact("Control/Source", "String", "Who asks for the power of this cycle", whyOf("source")),
    fact("Control/WishPower", "Double", "What is asked of the batteries, W, + out", whyOf("wishW"), { unit: "W" }),
    fact("Control/TargetPower", "Double", "What is split over the units, W, + out", whyOf("targetW"), { unit: "W" }),
    fact("Control/Mode", "String", "auto, manual or maintenance", ({ latches }) => latches.mode),
    fact("Control/Stopped", "Boolean", "Somebody stopped the site", ({ latches }) => latches.stop !== undefined),
    fact(
      "Control/Cycles",
      "UInt32",
      "Cycles of the control loop since its start",
      ({ site }) => site && site.loop.cycles % 2 ** 32,
    ),
    fact(
      "Limits/PowerMin",
      "Double",
      "The least the limits leave the batteries, W",
      ({ site }) => finite(site?.explanation.interval.powerWMin),
      { unit: "W", range: power },
    ),
    fact(
      "Limits/PowerMax",
      "Double",
      "The most the limits leave the batteries, W",
      ({ site }) => finite(site?.explanation.interval.powerWMax),
      { unit: "W", range: power },
    ),
    fact(
      "Reasons/Limits",
      "Strings",
      "The limits that move the target now",
      becauseOf(({ limit }) => limit),
    ),
    fact(
      "Reasons/MovedPower",
      "Doubles",
      "By how much each moved it, W",
      becauseOf(({ movedW }) => movedW),
      {
        unit: "W",
      },
    ),
    fact(
      "Reasons/Texts",
      "Strings",
      "The same in words",
      becauseOf(({ text }) => text),
    ),
    ...gridOperatorNodes(site),
    inSum("Batteries/ActivePower", "Power of all units, W, + out", "W", power, ({ powerW }) => powerW),
    inSum(
      "Batteries/ReactivePower",
      "Reactive power of all units, var, + injects",
      "var",
      undefined,
      (unit) => unit.reactiveVar,
    ),
    inSum(
      "Batteries/EnergyAvailable",
      "Energy left in all units, Wh",
      "Wh",
      [0, total(capacityOf)],
      ({ soc, rating }) => scaled(soc, rating.capacityWh),
    ),
    inSum(
      "Batteries/ChargePowerAvailable",
      "What the units may be charged with, W",
      "W",
      [0, -power[0]],
      (unit) => unit.chargeWMax,
    ),
    inSum(
      "Batteries/DischargePowerAvailable",
      "What the units may give, W",
      "W",
      [0, power[1]],
      (unit) => unit.dischargeWMax,
    ),
    ...units.flatMap(unitNodes),
    reading(
      "Meter/AcActivePowerTotal",
      "Power at the point of connection, W, + export",
      (site) => site.image.meter.powerW,
      {
        unit: "W",
        range: atConnection,
      },
    ),
    reading(
      "Meter/AcReactivePowerTotal",
      "Reactive power there, var, + injects",
      (site) => site.image.meter.reactiveVar,
      {
        unit: "var",
      },
    ),
    reading("Meter/AcFrequency", "Frequency, Hz", (site) => site.image.meter.frequencyHz, {
      unit: "Hz",
      range: [0, 100],
    }),
    reading("Meter/AcVoltage", "Voltage, V", (site) => site.image.meter.voltageV, { unit: "V" }),
    reading("Meter/ActiveEnergyExport", "Energy exported, Wh", (site) => site.image.meter.exportedWh, { unit: "Wh" }),
    reading("Meter/ActiveEnergyImport", "Energy imported, Wh", (site) => site.image.meter.importedWh, { unit: "Wh" }),
    ...(plant === undefined ? [] : PLANT_NODES),
    fact(
      "Alarms/Active",
      "UInt32",
      "Alarms that are so now",
      ({ alarms }) => alarms.filter((alarm) => alarm.isActive).length,
    ),
    fact(
      "Alarms/Unacknowledged",
      "UInt32",
      "Of those, nobody has seen yet",
      ({ alarms }) => alarms.filter((alarm) => stateOf(alarm) === "unacked").length,
    ),
    fact("Alarms/Lines", "Strings", "Each alarm that is so: priority, code and what it is about", alarmLines),
  ];
}

const PLANT_NODES = [
  reading(
    "Plant/BreakerClosed",
    "Breaker at the point of connection",
    ({ plant }) => plant?.breakerClosed,
    {},
    "Boolean",
  ),
  reading("Plant/TransformerTemperature", "Transformer, °C", ({ plant }) => plant?.transformerTemperatureC, {
    unit: "°C",
  }),
];

const whyOf =
  (name: "source" | "wishW" | "targetW") =>
  ({ site }: NorthboundView): NodeValue | undefined =>
    site?.explanation[name];

const becauseOf =
  <T extends string | number>(of: (because: SiteStatus["explanation"]["because"][number]) => T) =>
  ({ site }: NorthboundView): NodeValue | undefined =>
    site?.explanation.because.filter(({ movedW }) => movedW !== 0).map(of) as
      | readonly number[]
      | readonly string[]
      | undefined;

const alarmLines = ({ alarms }: NorthboundView): readonly string[] =>
  alarms
    .filter(({ isActive }) => isActive)
    .toSorted((a, b) => PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority))
    .map(({ priority, id, text }) => `${priority} ${id}: ${text}`);

const finite = (value: number | undefined): number | undefined =>
  value !== undefined && Number.isFinite(value) ? value : undefined;

const chargeOf = ({ rating }: UnitConfig): number => rating.chargeWMax;
const dischargeOf = ({ rating }: UnitConfig): number => rating.dischargeWMax;
const capacityOf = ({ rating }: UnitConfig): number => rating.capacityWh;

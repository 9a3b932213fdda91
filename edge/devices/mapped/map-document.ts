import * as z from "zod";
import { REGISTER_TYPES } from "./register-value.ts";
import { MAP_UNITS, type MapUnit } from "./units-of-map.ts";

/**
 * A device described by a file: what lies where, in what unit, and what of it is a power, a state, a set-point.
 * See `edge/devices/maps/README.md` for how one is written.
 */
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/, "a name of letters and digits, like batteryPower");
const order = z.enum(["big", "little"]);

/** What a point means, wherever it lies. */
const meaning = {
  unit: z.enum(Object.keys(MAP_UNITS) as [MapUnit, ...MapUnit[]]),
  /** The value in `unit` is the raw number times this. */
  scale: z.number().positive().default(1),
  /** -1 where the vendor counts the other way: with us positive leaves the asset. */
  sign: z.union([z.literal(1), z.literal(-1)]).default(1),
  access: z.enum(["r", "rw"]).default("r"),
  /** Raw numbers that stand for "no value". */
  missing: z.array(z.number()).default([]),
  /** In `unit`, after scale and sign; outside it the value is not believed, and at connect the device is a mismatch. */
  plausible: z.tuple([z.number(), z.number()]).optional(),
  /** In `unit`: what a set-point becomes when the device's own timer runs out. */
  fallback: z.number().optional(),
  /** Raw number to word: states, and who is in control. */
  values: z.record(z.string().regex(/^-?\d+$/, "a whole number"), z.string()).optional(),
  /** Left out: read every cycle. */
  everyS: z.number().positive().max(3_600).optional(),
};

const modbusPoint = z.strictObject({
  address: z.int().min(0).max(65_535),
  type: z.enum(REGISTER_TYPES),
  table: z.enum(["holding", "input"]).default("holding"),
  wordOrder: order.optional(),
  ...meaning,
});

const opcUaPoint = z.strictObject({
  /** Browse names from Objects downwards: `Site/Unit1/Power/ActivePower`. */
  path: z.string().regex(/^[^/]+(\/[^/]+)*$/, "browse names with / between them"),
  /** Where left out, the map's own. */
  namespace: z.string().min(1).optional(),
  /** So old may the value be by the server's own account, and no older; left out, servers that stamp only what changes are taken as they are. */
  sourceAgeMaxS: z.number().positive().max(3_600).optional(),
  ...meaning,
});

const constant = z.strictObject({ constant: z.union([z.number(), z.string()]) });
const ratio = z.strictObject({ of: name, over: name });
const source = z.union([name, constant, ratio], "a point's name, { constant: … } or { of: …, over: … }");

const unitImage = z.strictObject({
  powerW: source,
  reactiveVar: source.optional(),
  soc: source,
  chargeWMax: source,
  dischargeWMax: source,
  temperatureC: source.optional(),
  state: source,
  remote: source,
  dischargedWh: source.optional(),
  chargedWh: source.optional(),
  cellVoltageVMin: source.optional(),
  cellVoltageVMean: source.optional(),
  cellVoltageVMax: source.optional(),
});

const meterImage = z.strictObject({
  powerW: source,
  reactiveVar: source.optional(),
  frequencyHz: source,
  voltageV: source.optional(),
  exportedWh: source.optional(),
  importedWh: source.optional(),
});

const commands = z.strictObject({
  activePower: name,
  reactivePower: name.optional(),
  /** The device's own timer. `none` says that somebody has looked and there is none. */
  revertAfter: z.union([z.literal("none"), name]),
  /** A register that must differ from one write to the next: these values by turns. */
  heartbeat: z.strictObject({ point: name, byTurns: z.array(z.int()).min(2) }).optional(),
  /** Kept written once the set-point is: modes and enables. */
  constants: z.record(name, z.number()).default({}),
});

/** Read at connect; a change makes the device another one. */
const identity = z
  .strictObject({
    manufacturer: z.string().optional(),
    model: z.string().optional(),
    version: z
      .strictObject({
        address: z.int(),
        registers: z.int().min(1).max(60),
        table: z.enum(["holding", "input"]).default("holding"),
      })
      .optional(),
    serialNumber: z
      .strictObject({
        address: z.int(),
        registers: z.int().min(1).max(60),
        table: z.enum(["holding", "input"]).default("holding"),
      })
      .optional(),
  })
  .default({});

const head = { name: z.string().min(1).max(64), about: z.string().optional() };
const modbusHead = {
  ...head,
  wordOrder: order.default("big"),
  /** So many registers that no point names may be read across to save a request; 0: none, as strict devices want. */
  readGaps: z.int().min(0).max(60).default(0),
  identity,
  points: z.record(name, modbusPoint),
};
const opcUaHead = { ...head, namespace: z.string().min(1), points: z.record(name, opcUaPoint) };

export const modbusUnitMap = z.strictObject({ ...modbusHead, unit: unitImage, commands: commands.optional() });
export const modbusMeterMap = z.strictObject({ ...modbusHead, meter: meterImage });
export const opcUaUnitMap = z.strictObject({ ...opcUaHead, unit: unitImage, commands: commands.optional() });
export const opcUaMeterMap = z.strictObject({ ...opcUaHead, meter: meterImage });

export type MapSource = z.output<typeof source>;
export type MapCommands = z.output<typeof commands>;
export type MapIdentity = z.output<typeof identity>;
export type ModbusPoint = z.output<typeof modbusPoint>;
export type OpcUaPoint = z.output<typeof opcUaPoint>;

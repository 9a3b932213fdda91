import { z } from "zod";
import { gateModes } from "./cloud-config.ts";

/**
 * The YAML of the aggregator's process: what people write. Units stand in the names; powers and energies are sizes.
 * Relative paths count from the file's own folder.
 */
const positive = z.number().positive();
const size = z.number().nonnegative();
const id = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, dots, dashes or underscores");
const port = z.int().min(0).max(65_535);
const file = z.string().min(1);

const site = z.strictObject({
  id,
  group: id,
  node: id,
  /** The site's MQTT password, one line. */
  passwordFile: file,
  capacityMWh: positive,
  chargeMW: positive,
  dischargeMW: positive,
  socMin: z.number().min(0).max(1),
  socMax: z.number().min(0).max(1),
  roundTripEfficiency: z.number().positive().max(1),
  /** Wear, money per MWh discharged. */
  costPerMWh: size,
  settle: z.enum(["grid", "storage"]),
});

const unit = z.strictObject({
  id,
  sites: z.array(id).min(1),
  maxCapacityMW: z.int().nonnegative(),
  minLoadMW: z.int().nonnegative(),
  lossFactor: positive,
  rampMWPerMin: positive,
  storageMWh: positive,
  gate: z.enum(gateModes).default("auto"),
});

const prices = z.union([
  z.strictObject({ file, region: z.string().optional() }),
  /** Generated and labelled so: two weeks of past, and days of future. */
  z.strictObject({ seed: z.int(), days: positive, from: z.iso.datetime() }),
]);

export const processDocument = z.strictObject({
  /** Where `cloud.json` tells other programs of this machine the addresses. */
  runFolder: file,
  storeFile: file,
  http: z
    .strictObject({ port: port.default(0), host: z.string().default("127.0.0.1") })
    .default({ port: 0, host: "127.0.0.1" }),
  mqtt: z.strictObject({
    port: port.default(0),
    host: z.string().default("127.0.0.1"),
    viewerPasswordFile: file,
    hostPasswordFile: file,
  }),
  leases: z.strictObject({ issuer: id, keyId: id, privateKeyFile: file }),
  market: z.strictObject({
    id: z.literal("nem"),
    region: id,
    speed: positive.default(1),
    start: z.iso.datetime().optional(),
  }),
  prices,
  strategy: z.string().default("value-curve"),
  forecaster: z.string().default("blend"),
  sites: z.array(site).min(1),
  units: z.array(unit).min(1),
});

export type ProcessDocument = z.output<typeof processDocument>;
/** What may be written: fields with a default may be left out. */
export type ProcessConfigDocument = z.input<typeof processDocument>;

import { z } from "zod";
import { roles } from "../desk/person.ts";
import { markets } from "../markets/index.ts";
import { gateModes, killedLeases } from "./cloud-config.ts";

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
  /** The settings its bids may rest on, as `sitectl status` shows them; left out, the first it ever tells. */
  capabilityHash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits")
    .optional(),
  /** Its file has services `armedBy: lease`: leases name how much of each is to be kept ready. */
  armsServices: z.boolean().default(false),
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
  /** Reserves it is registered for: MW of each, and the least to be paid for being ready, money per MW and hour. */
  reserves: z
    .strictObject({
      gate: z.enum(gateModes).default("auto"),
      products: z.array(z.strictObject({ product: z.string(), registeredMW: positive, pricePerMWh: size })).min(1),
    })
    .optional(),
});

const prices = z.union([
  z.strictObject({ file, region: z.string().optional() }),
  /** Generated and labelled so: two weeks of past, and days of future. */
  z.strictObject({ seed: z.int(), days: positive, from: z.iso.datetime() }),
]);

/** Whoever may do something at the desk, and how they prove who they are: a token of 32 characters or more, one line. */
const person = z.strictObject({ name: id, role: z.enum(roles), tokenFile: file });

const desk = z.strictObject({
  /** How long before a gate closes the algorithm decides; and where a person has to approve. Market time; `usual-settings.ts` when left out. */
  decideBeforeGateS: positive.optional(),
  decideBeforeApprovalS: positive.optional(),
  /** Beyond it a bid needs two people. */
  band: z.strictObject({ pricePerMWhMin: z.number(), pricePerMWhMax: z.number(), offeredMWMax: positive }).optional(),
  /** The leases of the algorithm's awards once the kill switch is pulled. */
  onKill: z.enum(killedLeases).default("run-out"),
});

/** The door of a market's operator. Without one, a simulated operator clears at the price series. */
const operator = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "an address like http://127.0.0.1:8443" }),
  timeoutS: positive.default(5),
  /** A submission nobody has answered by then is given up. Wall time. */
  giveUpAfterS: positive.default(60),
});

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
    id: z.enum(Object.keys(markets)),
    region: id,
    speed: positive.default(1),
    start: z.iso.datetime().optional(),
  }),
  /** Where an operator says its AGC signals and instructions; none when absent. */
  signals: z.strictObject({ url: z.url({ protocol: /^https?$/ }) }).optional(),
  /** Shared feeders, nodes, regions: what sites of a unit may do together, MW, positive out. */
  locationalLimits: z
    .array(z.strictObject({ name: id, sites: z.array(id).min(1), minMW: z.number(), maxMW: z.number() }))
    .default([]),
  prices,
  operator: operator.optional(),
  desk: desk.prefault({}),
  people: z.array(person).default([]),
  /** The market's usual one when left out: curves of what stored energy is worth, or fixed volumes in an auction of a day. */
  strategy: z.string().optional(),
  forecaster: z.string().default("blend"),
  /** The registry of models: its champion for this market and region forecasts, and the forecaster above stands in for it. */
  models: z.strictObject({ registryFile: file }).optional(),
  sites: z.array(site).min(1),
  units: z.array(unit).min(1),
});

export type ProcessDocument = z.output<typeof processDocument>;
/** What may be written: fields with a default may be left out. */
export type ProcessConfigDocument = z.input<typeof processDocument>;

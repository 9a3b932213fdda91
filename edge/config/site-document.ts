import * as z from "zod";
import { ownerDocument } from "./owner-document.ts";
import { serviceDocument } from "./services-document.ts";

/**
 * The YAML of one site: what people write. Units stand in the names; every power is a size ≥ 0 unless it says
 * otherwise, and where it has a sign positive is out (discharge, export).
 */
const positive = z.number().positive();
const size = z.number().nonnegative();
const id = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "1 to 64 letters, digits, dots, dashes or underscores");
const port = z.int().min(1).max(65_535);
const group = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/, "the name or number of a Unix group");
const host = z.string().min(1).max(255);

const fallback = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("ramp-to-zero"), rampKWPerS: positive }),
  z.strictObject({ action: z.literal("hold"), forS: positive, thenRampKWPerS: positive }),
  z.strictObject({ action: z.literal("follow-load"), gridPowerKW: z.number() }),
]);

const control = z.strictObject({
  periodMs: z.int().min(20).max(1_000).default(100),
  /** From a command leaving the loop to the first watt at the meter; measured at commissioning. */
  actuationMs: z.number().min(0).max(5_000).default(100),
  connection: z.strictObject({
    exportLimitMW: size,
    importLimitMW: size,
    marginKW: size,
    /** What the batteries may do in sum, either way, while the meter is not to be trusted. */
    withoutMeterMW: size,
    /** What it carries of power and reactive power together. */
    apparentLimitMVA: positive.optional(),
  }),
  ramp: z.strictObject({ upKWPerS: positive, downKWPerS: positive }),
  socWindow: z.strictObject({
    min: z.number().min(0).max(1),
    max: z.number().min(0).max(1),
    taper: z.number().min(0).max(0.5),
  }),
  /** The batteries' own cable and transformer, all of them together, where it is weaker than the connection. */
  feeder: z.strictObject({ exportLimitMW: size, importLimitMW: size }).optional(),
  owner: ownerDocument.optional(),
  /** What gives way where a circle, an inverter's or the connection's, cannot carry both: `active` keeps power, `reactive` keeps vars. */
  inverterPriority: z.enum(["active", "reactive"]).default("active"),
  /** When few units carry the whole: loads are fractions of the working units' rating. */
  minimumLoad: z
    .strictObject({ restBelow: z.number().min(0).max(0.5), resumeAbove: z.number().min(0).max(0.9), settleS: positive })
    .optional(),
  transformer: z.strictObject({ derateFromC: z.number(), maxC: z.number() }).optional(),
  unitThermal: z.strictObject({ derateFromC: z.number(), maxC: z.number() }).optional(),
  voltage: z.strictObject({ minV: positive, maxV: positive }).optional(),
  freshness: z.strictObject({ unitS: positive, meterS: positive, plantS: positive }),
  leaseRampKWPerS: positive,
  /** How often the cloud may turn the site from discharging to charging or back. */
  leaseReversals: z
    .strictObject({ max: z.int().min(1).max(1_000), withinS: positive })
    .default({ max: 30, withinS: 300 }),
  /** When a reading that is fresh is still not believed. */
  trust: z
    .strictObject({
      meterFreezeS: positive.default(10),
      unitFreezeS: positive.default(20),
      socDrift: z.number().positive().max(1).default(0.1),
      /** The most there can be at the meter besides the batteries, either way, where the site knows. */
      restOfSiteMaxMW: positive.optional(),
    })
    .prefault({}),
  fallback: z.strictObject({
    onCloudLoss: fallback,
    onMeterLoss: fallback,
    onUnitLoss: z.enum(["redistribute", "hold-share"]),
    /** What every unit is told to do by itself once nobody has spoken to it for this long; a unit may say otherwise. */
    onControllerLoss: z.strictObject({ afterS: positive, powerKW: z.number().default(0) }).optional(),
  }),
});

/** How a Modbus device is spoken to. */
const wire = {
  /** For `driver: modbus-map` and `driver: opc-ua-map`: the file that describes the device. */
  map: z.string().min(1).optional(),
  /** For `driver: opc-ua-map`: our key, and the certificates of the servers we trust. */
  pkiFolder: z.string().min(1).optional(),
  /** For `driver: opc-ua-map`: what stands behind host and port in the server's address. */
  endpointPath: z.string().regex(/^\//, "a path like /server").optional(),
  modbusUnitId: z.int().min(0).max(255).default(1),
  /** `rtu` for a serial-line gateway in transparent mode. */
  framing: z.enum(["tcp", "rtu"]).optional(),
  /** Rest between an answer and the next request, for devices that lose what comes sooner. */
  requestGapMs: z.number().min(0).max(1_000).optional(),
};

const unit = z.strictObject({
  id,
  driver: z.string().min(1),
  host,
  port,
  ...wire,
  rating: z.strictObject({
    chargeKW: positive,
    dischargeKW: positive,
    apparentKVA: positive,
    capacityKWh: positive,
  }),
  /** The device's own timer: silence for this long and it goes to `safePowerKW`. Left out: as `onControllerLoss` says. */
  revertAfterS: positive.optional(),
  safePowerKW: z.number().optional(),
});

const meter = z.strictObject({
  id,
  driver: z.string().min(1),
  host,
  port,
  ...wire,
  /** -1 where the meter's transformers look the other way. */
  sign: z.union([z.literal(1), z.literal(-1)]).default(1),
});

/** A cable or transformer inside the site that carries some of the units. */
const feeder = z.strictObject({
  id,
  units: z.array(id).min(1),
  exportLimitMW: size,
  importLimitMW: size,
  /** What it carries of power and reactive power together. */
  apparentLimitMVA: positive.optional(),
  /** Where others are on it as well: what flows on the whole feeder, + out. */
  meter: meter.optional(),
  /** What its units may do in sum, either way, while that meter is not to be trusted. */
  withoutMeterMW: size.default(0),
});

const plant = z.strictObject({
  id,
  driver: z.string().min(1),
  endpointUrl: z.string().regex(/^opc\.tcp:\/\//, "an address like opc.tcp://host:port"),
  pkiFolder: z.string().min(1),
  readEveryMs: z.int().min(50).max(60_000).default(500),
});

const cloud = z.strictObject({
  brokerUrl: z.string().regex(/^(mqtts?|wss?):\/\//, "an address like mqtts://host:8883"),
  username: z.string().min(1),
  passwordFile: z.string().min(1),
  groupId: z.string().min(1),
  nodeId: z.string().min(1),
  primaryHostId: z.string().min(1).optional(),
  leaseKeys: z.array(z.strictObject({ keyId: z.string().min(1), publicKeyPem: z.string().min(1) })).min(1),
  leaseTtlMaxS: positive,
  /** How long a schedule may be held: it is for when nobody is there to renew a lease. */
  scheduleTtlMaxH: positive.max(168).default(48),
  clockSkewS: positive.default(5),
});

const setpointForS = positive.min(1).max(3_600).default(30);

/** What a utility's SCADA may see. Left out, no port is open. */
const northboundModbus = z.strictObject({
  host: host.default("0.0.0.0"),
  port,
  modbusUnitId: z.int().min(1).max(247).default(1),
  /** Addresses of the clients; nobody else is let in. Plain Modbus knows no passwords: the network must be its own. */
  allowFrom: z.array(z.union([z.ipv4(), z.ipv6()])).min(1),
  connectionsMax: z.int().min(1).max(32).default(4),
  /** Lets those clients limit the site's export (SunSpec 704), as the grid operator. */
  grantLimit: z.boolean().default(false),
  /** Lets them command the power at the connection (704 WSet), as the grid operator. */
  grantSetpoint: z.boolean().default(false),
  /** How long a set-point holds unless it is written again, where 704 WSetRvrtTms names no time. */
  setpointForS,
});

const northboundOpcUa = z.strictObject({
  host: host.default("0.0.0.0"),
  port,
  /** The server's own key, and the certificates of the clients it trusts. */
  pkiFolder: z.string().min(1),
  connectionsMax: z.int().min(1).max(32).default(4),
  /** Lets a client whose certificate is trusted look without naming a user. */
  allowAnonymous: z.boolean().default(false),
  users: z
    .array(
      z.strictObject({
        name: id,
        role: z.enum(["viewer", "grid-operator"]),
        passwordFile: z.string().min(1).optional(),
        /** An X.509 certificate (PEM or DER) whose common name is `name`. */
        certificateFile: z.string().min(1).optional(),
      }),
    )
    .max(32)
    .default([]),
  /** What users of role grid-operator may limit at the point of connection. */
  grantLimits: z
    .array(z.enum(["export", "import"]))
    .max(2)
    .default([]),
  /** Lets them command the power at the connection. */
  grantSetpoint: z.boolean().default(false),
  /** Lets them command the vars, or the power factor, at the connection. */
  grantReactive: z.boolean().default(false),
  /** How long a set-point holds unless it is written again, where its client names no time. */
  setpointForS,
  /** Lets them acknowledge the site's alarms. */
  grantAcknowledge: z.boolean().default(false),
  /** An endpoint without security as well: benches only. */
  insecureLab: z.boolean().default(false),
});

const northbound = z.strictObject({ modbus: northboundModbus.optional(), opcUa: northboundOpcUa.optional() });

export const siteDocument = z.strictObject({
  site: id,
  control,
  units: z.array(unit).min(1).max(500),
  meter,
  feeders: z.array(feeder).max(64).default([]),
  plant: plant.optional(),
  northbound: northbound.optional(),
  cloud: cloud.optional(),
  /** What the site is contracted for besides energy; they run without the cloud. */
  services: z.array(serviceDocument).max(32).default([]),
  store: z.strictObject({ file: z.string().min(1), budgetMB: positive.default(512) }),
  socket: z.string().min(1),
  /** Unix groups (name or number) and what their members may do with `sitectl`. Without one: the edge's own user and group, everything. */
  access: z
    .strictObject({
      adminGroup: group.optional(),
      operatorGroup: group.optional(),
      viewerGroup: group.optional(),
      /** What gives the site more room waits this long for a second person, known by their own Unix user. Without it one is enough. */
      secondPersonWithinS: positive.max(86_400).optional(),
    })
    .default({}),
  telemetry: z
    .strictObject({
      siteEveryS: positive.default(1),
      unitsEveryS: positive.default(10),
      settlementEveryS: positive.default(300),
    })
    .default({ siteEveryS: 1, unitsEveryS: 10, settlementEveryS: 300 }),
  /** A process of its own watches the loop's count of cycles and may withhold every write. */
  supervisor: z.boolean().default(true),
  /** What every cycle was given and did, for a replay. 0 keeps none; the folder is beside the store unless named. */
  recorder: z.strictObject({ folder: z.string().min(1).optional(), budgetMB: size }).default({ budgetMB: 1_000 }),
  /** Beyond these the meter's frequency and power are frozen as evidence: 5 s before, 60 s and 10 min after. */
  evidence: z.strictObject({ triggerBelowHz: positive, triggerAboveHz: positive }).optional(),
  /** Simulated sites only. */
  energySpeed: positive.default(1),
});

/** What may be written: fields with a default may be left out. */
export type SiteConfigDocument = z.input<typeof siteDocument>;
/** What it means, defaults filled in. */
export type SiteDocument = z.output<typeof siteDocument>;

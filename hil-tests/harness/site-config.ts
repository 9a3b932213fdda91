import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSiteConfig } from "@penstock/edge/config/load-site-config.ts";
import type { SiteConfig } from "@penstock/edge/config/site-config.ts";
import type { SiteConfigDocument } from "@penstock/edge/config/site-document.ts";
import type { SiteSpec } from "@penstock/firmware-sims/sites/index.ts";
import { invariant } from "@penstock/protocol/result";
import { type Scene, type SiteName, type Stage, stageOf } from "./scene.ts";

export const GROUP = "penstock";
export const HOST_ID = "penstock-cloud";

/** What each site of a world is contracted for, as its file would say it. */
export type ServicesBySite = Partial<Record<SiteName, SiteConfigDocument["services"]>>;

export interface SiteSetting {
  readonly energySpeed: number;
  readonly leaseKeys: readonly { readonly keyId: string; readonly publicKeyPem: string }[];
  /** How old a reading may be. Real sockets on a busy machine need more patience than a virtual clock. */
  readonly freshness: { readonly unitS: number; readonly meterS: number; readonly plantS: number };
  readonly addresses: SiteAddressBook;
  /** The control period; the product's own unless a measurement wants another. */
  readonly periodMs?: number;
  /** What the site is contracted for; nothing unless a story or a measurement wants some. */
  readonly services?: SiteConfigDocument["services"] | undefined;
  readonly telemetry?: NonNullable<SiteConfigDocument["telemetry"]>;
  /** What stands under the name; the named site itself unless a swarm drew another. */
  readonly stage?: Stage;
}

/** Where a site's devices, broker and files are. */
export interface SiteAddressBook {
  portOf(device: string): number;
  readonly plantEndpointUrl: string;
  readonly pkiFolder: string;
  readonly brokerUrl: string;
  readonly passwordFile: string;
  readonly storeFile: string;
  readonly socket: string;
}

/** The YAML a technician would write for a named site. */
export function siteDocumentOf(name: SiteName, setting: SiteSetting): SiteConfigDocument {
  const { spec, scene, control } = setting.stage ?? stageOf(name);
  const { feeders = [] } = scene;
  const { addresses } = setting;
  const { exportLimitKW, importLimitKW, marginKW, withoutMeterKW } = scene.connection;
  const toRest = { action: "ramp-to-zero" as const, rampKWPerS: scene.fallbackRampKWPerS };
  return {
    site: name,
    control: {
      ...(setting.periodMs === undefined ? {} : { periodMs: setting.periodMs }),
      connection: {
        exportLimitMW: exportLimitKW / 1e3,
        importLimitMW: importLimitKW / 1e3,
        marginKW,
        withoutMeterMW: withoutMeterKW / 1e3,
      },
      ramp: { upKWPerS: scene.rampKWPerS, downKWPerS: scene.rampKWPerS },
      socWindow: { min: scene.socMin, max: scene.socMax, taper: 0.03 },
      transformer: { derateFromC: 95, maxC: 110 },
      // A site controller's map shows no temperature; the blocks behind it mind their own.
      ...(spec.hasSiteController ? {} : { unitThermal: { derateFromC: 42, maxC: 55 } }),
      freshness: setting.freshness,
      leaseRampKWPerS: scene.rampKWPerS,
      fallback: { onCloudLoss: toRest, onMeterLoss: toRest, onUnitLoss: "redistribute" },
      ...control,
    },
    units: spec.hasSiteController ? [siteController(spec, addresses)] : unitsOf(spec, addresses),
    meter: { id: "meter-1", driver: "sunspec-meter", host: "127.0.0.1", port: addresses.portOf("meter-1") },
    ...(feeders.length > 0 && { feeders: feeders.map((feeder) => feederOf(feeder, addresses)) }),
    plant: {
      id: "plant-1",
      driver: "opc-ua-plant",
      endpointUrl: addresses.plantEndpointUrl,
      pkiFolder: addresses.pkiFolder,
      readEveryMs: 250,
    },
    cloud: {
      brokerUrl: addresses.brokerUrl,
      username: name,
      passwordFile: addresses.passwordFile,
      groupId: GROUP,
      nodeId: name,
      leaseKeys: [...setting.leaseKeys],
      leaseTtlMaxS: 900,
    },
    services: setting.services ?? [],
    // A site that answers frequency keeps what it answered.
    ...(setting.services && {
      evidence: {
        triggerBelowHz: spec.frequencyHzNominal - EVIDENCE_BEYOND_HZ,
        triggerAboveHz: spec.frequencyHzNominal + EVIDENCE_BEYOND_HZ,
      },
    }),
    store: { file: addresses.storeFile, budgetMB: 256 },
    recorder: { budgetMB: 200 },
    socket: addresses.socket,
    telemetry: setting.telemetry ?? { siteEveryS: 1, unitsEveryS: 10, settlementEveryS: 1 },
    energySpeed: setting.energySpeed,
  };
}

const EVIDENCE_BEYOND_HZ = 0.2;

const unitsOf = (spec: SiteSpec, addresses: SiteAddressBook): SiteConfigDocument["units"] =>
  Array.from({ length: spec.unitCount }, (_, index) => ({
    id: `unit-${index + 1}`,
    driver: (spec.unitKind ?? "der") === "der" ? "sunspec-storage" : "sunspec-legacy-storage",
    host: "127.0.0.1",
    port: addresses.portOf(`unit-${index + 1}`),
    rating: ratingOf(spec.unit, 1),
    revertAfterS: 10,
    safePowerKW: 0,
  }));

const feederOf = (
  { id, units, limitKW, withoutMeterKW }: NonNullable<Scene["feeders"]>[number],
  addresses: SiteAddressBook,
): NonNullable<SiteConfigDocument["feeders"]>[number] => ({
  id,
  units: [...units],
  exportLimitMW: limitKW / 1e3,
  importLimitMW: limitKW / 1e3,
  withoutMeterMW: withoutMeterKW / 1e3,
  meter: {
    id: `${id}-meter`,
    driver: "sunspec-meter",
    host: "127.0.0.1",
    port: addresses.portOf(`${id}-meter`),
  },
});

/** One device in front of all units, described by the illustrative map that comes with the edge. */
const siteController = (spec: SiteSpec, addresses: SiteAddressBook): SiteConfigDocument["units"][number] => ({
  id: "controller-1",
  driver: "modbus-map",
  map: SITE_CONTROLLER_MAP,
  host: "127.0.0.1",
  port: addresses.portOf("controller-1"),
  rating: ratingOf(spec.unit, spec.unitCount),
  revertAfterS: 10,
  safePowerKW: 0,
});

const SITE_CONTROLLER_MAP = fileURLToPath(
  import.meta.resolve("@penstock/edge/devices/maps/illustrative-site-controller.yaml"),
);

const ratingOf = ({ powerWMax, apparentPowerVAMax, capacityWh }: SiteSpec["unit"], count: number) => ({
  chargeKW: (count * powerWMax) / 1e3,
  dischargeKW: (count * powerWMax) / 1e3,
  apparentKVA: (count * apparentPowerVAMax) / 1e3,
  capacityKWh: (count * capacityWh) / 1e3,
});

/** The same through the edge's own loader: what the virtual world runs on is what a file would have said. */
export function siteConfigOf(name: SiteName, setting: Omit<SiteSetting, "addresses">): SiteConfig {
  const addresses = {
    portOf: () => 502,
    plantEndpointUrl: "opc.tcp://virtual:4840",
    pkiFolder: "virtual",
    brokerUrl: "mqtt://virtual:1883",
    passwordFile: "virtual",
    storeFile: "virtual",
    socket: "virtual",
  };
  // A virtual site is its own recording: the same seed lives the same day again.
  const document = { ...siteDocumentOf(name, { ...setting, addresses }), recorder: { budgetMB: 0 } };
  const text = JSON.stringify(document, null, 2);
  const readText = (file: string) => ({ ok: true, text: readFileSync(file, "utf8"), file }) as const;
  const config = parseSiteConfig(text, { file: `${name}.yaml`, folder: "/", readText });
  invariant(config.ok, config.ok ? "" : config.error.text);
  return config.value;
}

import type { Ms, UtcMs, W } from "@penstock/protocol/units";
import type { UnitRating } from "../control/image.ts";
import type { SiteControlConfig } from "../control/site-control-config.ts";
import type { MappedDevice } from "../devices/mapped/mapped-device.ts";
import type { NorthboundConfig } from "../northbound/northbound-config.ts";
import type { EvidenceConfig } from "../recorder/frequency-evidence.ts";

/** One site, as its YAML file says it after validation. The loader beside this file turns text into this or names the line that is wrong. */
export interface SiteConfig {
  readonly siteId: string;
  readonly control: SiteControlConfig;
  readonly units: readonly UnitConfig[];
  readonly meter: MeterConfig;
  /** In the order of `control.feeders`; undefined where one has no meter of its own. Absent on a site without feeders. */
  readonly feederMeters?: readonly (MeterConfig | undefined)[] | undefined;
  readonly plant: PlantConfig | undefined;
  /** What a utility's SCADA may see; absent, no port is open. */
  readonly northbound?: NorthboundConfig | undefined;
  readonly cloud: CloudConfig | undefined;
  readonly store: { readonly file: string; readonly budgetBytes: number };
  /** Every cycle's inputs, for a replay; undefined where the site keeps none. */
  readonly recorder?: { readonly folder: string; readonly budgetBytes: number } | undefined;
  /** When a frequency event is frozen; undefined where none is. */
  readonly evidence?: EvidenceConfig | undefined;
  /** Whether a process of its own watches the loop and may withhold its heartbeat. */
  readonly isSupervised?: boolean | undefined;
  /** Unix socket that `sitectl` speaks to. */
  readonly socket: string;
  /** Unix groups whose members may do what, each by a socket of its own. */
  readonly access?: {
    readonly adminGroup?: string | undefined;
    readonly operatorGroup?: string | undefined;
    readonly viewerGroup?: string | undefined;
    /** How long what gives the site more room waits for a second person; undefined where one is enough. */
    readonly secondPersonWithinMs?: Ms | undefined;
  };
  readonly telemetry: TelemetryConfig;
  /** Simulated sites only: energy counters and states of charge move this many times faster than the clock. 1 on a real site. */
  readonly energySpeed: number;
}

/** How a Modbus device is reached and spoken to. */
export interface WireConfig {
  readonly host: string;
  readonly port: number;
  readonly modbusUnitId: number;
  /** `rtu` for a serial-line gateway in transparent mode; `tcp` where left out. */
  readonly framing?: "tcp" | "rtu" | undefined;
  /** What the file that `map` names says; for drivers that are described and not written. */
  readonly map?: MappedDevice | undefined;
  /** Of an OPC UA device: our key, and whom we trust. */
  readonly pkiFolder?: string | undefined;
  readonly endpointPath?: string | undefined;
  /** Rest between an answer and the next request. */
  readonly requestGapMs?: number | undefined;
}

export interface UnitConfig extends WireConfig {
  readonly id: string;
  /** A driver on the shelf in edge/devices. */
  readonly driver: string;
  readonly rating: UnitRating;
  /** The device's own timer: it goes to `safePowerW` when set-points stop for this long. */
  readonly revertAfterMs: Ms;
  readonly safePowerW: W;
}

export interface MeterConfig extends WireConfig {
  readonly id: string;
  readonly driver: string;
  /** -1 where the meter's transformers look the other way; proven at commissioning by a small discharge step. */
  readonly sign: 1 | -1;
}

export interface PlantConfig {
  readonly id: string;
  readonly driver: string;
  readonly endpointUrl: string;
  readonly pkiFolder: string;
  readonly readEveryMs: Ms;
}

export interface CloudConfig {
  readonly brokerUrl: string;
  readonly username: string;
  readonly passwordFile: string;
  readonly groupId: string;
  readonly nodeId: string;
  /** Sparkplug host whose STATE the site waits for before it speaks; without one it speaks as soon as it is connected. */
  readonly primaryHostId?: string;
  /** Who may issue leases: Ed25519 public keys (PEM). */
  readonly leaseKeys: readonly { readonly keyId: string; readonly publicKeyPem: string }[];
  /** No lease may live longer than this, whatever it says. */
  readonly leaseTtlMsMax: Ms;
  /** The same for a schedule, which is held for when nobody is there to renew a lease. */
  readonly scheduleTtlMsMax: Ms;
  /** How far the issuer's clock may be from ours. */
  readonly clockSkewMs: Ms;
}

export interface TelemetryConfig {
  readonly siteEveryMs: Ms;
  readonly unitsEveryMs: Ms;
  readonly settlementEveryMs: Ms;
}

/** When something was configured, for the records that say so. */
export interface ConfigStamp {
  readonly loadedMs: UtcMs;
  readonly sha256: string;
}

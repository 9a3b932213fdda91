import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AggregatorReport } from "@penstock/cloud/aggregator.ts";
import { newPassword } from "@penstock/cloud/broker/index.ts";
import { privateKeyFromSeed, publicKeyPem } from "@penstock/protocol/lease";
import { CloudProcess, people } from "./cloud-process-handle.ts";
import { EdgeProcess } from "./edge-process-handle.ts";
import type { SiteName } from "./scene.ts";
import type { ServicesBySite, SiteSetting } from "./site-config.ts";
import { SiteProcess } from "./site-process-handle.ts";
import { STORYTELLER } from "./storyteller.ts";

export interface SocketWorldOptions {
  readonly runFolder: string;
  readonly sites: readonly SiteName[];
  readonly seed: number;
  readonly marketSpeed: number;
  readonly services?: ServicesBySite | undefined;
  readonly marketStartMs: number;
  /** The NEM when absent. */
  readonly marketId?: string;
  readonly region: string;
  readonly prices: { readonly file: string } | { readonly seed: number; readonly days: number; readonly from: string };
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Where a system operator says its signals. */
  readonly signalsUrl?: string;
  readonly onProgress?: (text: string) => void;
  /** What the edges are told that is not the harness's usual. */
  readonly setting?: Pick<SiteSetting, "periodMs" | "telemetry">;
}

/**
 * Plants, edges and the cloud as processes of their own on loopback, under one folder that holds their
 * configurations, secrets, stores, sockets and logs.
 */
export class SocketWorld {
  readonly options: SocketWorldOptions;
  readonly plants = new Map<SiteName, SiteProcess>();
  readonly edges = new Map<SiteName, EdgeProcess>();
  readonly cloud: CloudProcess;
  readonly storytellerKey = privateKeyFromSeed(randomBytes(32));
  readonly hostPassword = newPassword();
  readonly viewerPassword = newPassword();
  readonly #deskKey = generateKeyPairSync("ed25519");

  constructor(options: SocketWorldOptions) {
    const { runFolder, sites, marketSpeed, marketId, region, prices, httpPort, mqttPort, marketStartMs } = options;
    this.options = options;
    rmSync(runFolder, { recursive: true, force: true });
    mkdirSync(join(runFolder, "secrets"), { recursive: true, mode: 0o700 });
    this.#secret("host.password", this.hostPassword);
    this.#secret("viewer.password", this.viewerPassword);
    for (const name of sites) this.#secret(`${name}.password`, newPassword());
    for (const { name } of people) this.#secret(`${name}.token`, newPassword());
    this.#secret("desk.key.pem", this.#deskKey.privateKey.export({ format: "pem", type: "pkcs8" }).toString());
    this.cloud = new CloudProcess({
      runFolder,
      sites,
      marketId,
      region,
      marketSpeed,
      marketStartMs,
      prices,
      httpPort,
      mqttPort,
      signalsUrl: options.signalsUrl,
      services: options.services,
      secret: (name) => this.#secretFile(name),
    });
  }

  async start(): Promise<void> {
    const { sites, seed, marketSpeed, marketStartMs, runFolder, onProgress } = this.options;
    onProgress?.(`starting ${sites.length} simulated site${sites.length === 1 ? "" : "s"} and the cloud …`);
    this.cloud.start();
    for (const site of sites) {
      const pkiFolder = join(runFolder, "pki", `plant-${site}`);
      this.plants.set(
        site,
        new SiteProcess({ site, seed, startMs: marketStartMs, energySpeed: marketSpeed, pkiFolder }, runFolder),
      );
    }
    await Promise.all([this.cloud.ready(), ...[...this.plants.values()].map((plant) => plant.ready())]);
    onProgress?.("starting an edge on each site …");
    for (const site of sites) {
      const edge = new EdgeProcess(site, runFolder, this.#settingOf(site));
      this.edges.set(site, edge);
      edge.start();
    }
    await Promise.all([...this.edges.values()].map((edge) => edge.ready()));
  }

  plant(site: SiteName): SiteProcess {
    return known(this.plants.get(site), site);
  }

  edge(site: SiteName): EdgeProcess {
    return known(this.edges.get(site), site);
  }

  report(): Promise<AggregatorReport> {
    return this.cloud.report();
  }

  /** Edges first, so that what they still have to say is heard. */
  async stop(): Promise<void> {
    await Promise.all([...this.edges.values()].map((edge) => edge.stop()));
    await this.cloud.stop();
    await Promise.all([...this.plants.values()].map((plant) => plant.stop()));
  }

  #settingOf(site: SiteName) {
    const { runFolder, marketSpeed } = this.options;
    const plant = this.plant(site);
    return {
      ...this.options.setting,
      energySpeed: marketSpeed,
      services: this.options.services?.[site],
      // Many processes share this machine's cores: a reading may be a few cycles old before it counts as stale.
      freshness: { unitS: 1, meterS: 1, plantS: 3 },
      leaseKeys: [
        { keyId: "desk", publicKeyPem: publicKeyPem(this.#deskKey.publicKey) },
        { keyId: STORYTELLER, publicKeyPem: publicKeyPem(this.storytellerKey) },
      ],
      addresses: {
        portOf: (device: string) => plant.portOf(device),
        plantEndpointUrl: plant.plantEndpointUrl,
        pkiFolder: join(runFolder, "pki", `edge-${site}`),
        brokerUrl: this.cloud.mqttUrl,
        passwordFile: this.#secretFile(`${site}.password`),
        storeFile: join(runFolder, "data", site, "edge.db"),
        socket: join(runFolder, `${site}.sock`),
      },
    };
  }

  #secretFile(name: string): string {
    return join(this.options.runFolder, "secrets", name);
  }

  #secret(name: string, text: string): void {
    writeFileSync(this.#secretFile(name), `${text}\n`, { mode: 0o600 });
  }
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`${name} is not in this world`);
  return value;
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AggregatorReport } from "@penstock/cloud/aggregator.ts";
import type { ReserveEntry } from "@penstock/cloud/config/cloud-config.ts";
import type { ProcessConfigDocument } from "@penstock/cloud/config/process-document.ts";
import type { DeliveriesDocument } from "@penstock/cloud/dispatch/deliveries-document.ts";
import { Child, patiently } from "./child-process.ts";
import { portfolioOf } from "./cloud-config.ts";
import type { SiteName } from "./scene.ts";
import type { ServicesBySite } from "./site-config.ts";

export interface CloudProcessOptions {
  readonly runFolder: string;
  readonly sites: readonly SiteName[];
  /** The NEM when absent. */
  readonly marketId?: string | undefined;
  readonly region: string;
  readonly marketSpeed: number;
  readonly marketStartMs: number;
  readonly prices: ProcessConfigDocument["prices"];
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly services?: ServicesBySite | undefined;
  readonly signalsUrl?: string | undefined;
  readonly secret: (name: string) => string;
}

/** Who may act at the desk of a run. */
export const people = [
  { name: "trader-1", role: "trader" },
  { name: "approver-1", role: "approver" },
] as const;

/** The aggregator as a process: written a configuration, started, killed, started again on the same store and ports. */
export class CloudProcess {
  readonly storeFile: string;
  readonly #options: CloudProcessOptions;
  readonly #configFile: string;
  #child: Child | undefined;
  #addresses: { readonly url: string; readonly mqtt: string } | undefined;

  constructor(options: CloudProcessOptions) {
    this.#options = options;
    this.storeFile = join(options.runFolder, "data", "cloud.db");
    this.#configFile = join(options.runFolder, "config", "cloud.yaml");
    mkdirSync(join(options.runFolder, "config"), { recursive: true });
    this.#writeConfig(options.httpPort, options.mqttPort);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get url(): string {
    return this.#known().url;
  }

  get mqttUrl(): string {
    return this.#known().mqtt;
  }

  start(): void {
    if (this.#child?.isRunning) return;
    const { runFolder } = this.#options;
    rmSync(join(runFolder, "cloud.json"), { force: true });
    this.#child = new Child({
      name: "the cloud",
      script: "cloud/main.ts",
      args: ["--config", this.#configFile],
      logFile: join(runFolder, "log", "cloud.log"),
    });
  }

  async ready(): Promise<void> {
    if (this.#child === undefined) throw new Error("the cloud was not started");
    const isFirst = this.#addresses === undefined;
    this.#addresses = JSON.parse(await this.#child.firstLine()) as { url: string; mqtt: string };
    // The sites know where the broker was: after a restart it must be there again.
    if (isFirst) this.#writeConfig(Number(new URL(this.url).port), Number(new URL(this.mqttUrl).port));
  }

  async report(): Promise<AggregatorReport> {
    return (await this.#told("report")) as AggregatorReport;
  }

  /** What became of the newest leases. */
  async deliveries(): Promise<DeliveriesDocument> {
    return (await this.#told("deliveries")) as DeliveriesDocument;
  }

  /** No new wishes; what the sites still send is taken. */
  stopTrading(): void {
    this.#child?.signal("SIGUSR2");
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
  }

  async #told(route: "report" | "deliveries"): Promise<unknown> {
    // It may be in the middle of a market's hour on a busy machine.
    const answer = await patiently(`the cloud's ${route}`, 60_000, async () => {
      const response = await fetch(`${this.url}/api/v1/${route}`);
      return response.ok ? response : undefined;
    });
    return answer.json();
  }

  #known() {
    this.#addresses ??= JSON.parse(readFileSync(join(this.#options.runFolder, "cloud.json"), "utf8")) as {
      url: string;
      mqtt: string;
    };
    return this.#addresses;
  }

  #writeConfig(httpPort: number, mqttPort: number): void {
    const {
      runFolder,
      sites,
      marketId = "nem",
      region,
      marketSpeed,
      marketStartMs,
      prices,
      signalsUrl,
      services,
      secret,
    } = this.#options;
    const cloud = portfolioOf({ marketId, sites, region, services });
    const document: ProcessConfigDocument = {
      runFolder,
      storeFile: this.storeFile,
      http: { port: httpPort },
      mqtt: {
        port: mqttPort,
        viewerPasswordFile: secret("viewer.password"),
        hostPasswordFile: secret("host.password"),
      },
      people: people.map(({ name, role }) => ({ name, role, tokenFile: secret(`${name}.token`) })),
      leases: { issuer: "desk", keyId: "desk", privateKeyFile: secret("desk.key.pem") },
      market: { id: marketId, region, speed: marketSpeed, start: new Date(marketStartMs).toISOString() },
      ...(signalsUrl !== undefined && { signals: { url: signalsUrl } }),
      prices,
      sites: cloud.sites.map((site) => ({
        id: site.siteId,
        group: site.groupId,
        node: site.nodeId,
        passwordFile: secret(`${site.siteId}.password`),
        capacityMWh: site.capacityWh / 1e6,
        chargeMW: site.powerWMaxCharge / 1e6,
        dischargeMW: site.powerWMaxDischarge / 1e6,
        socMin: site.socMin,
        socMax: site.socMax,
        roundTripEfficiency: site.efficiencyOneWay ** 2,
        costPerMWh: site.costPerMWh,
        settle: site.settlementSource,
        ...(site.armsServices === true && { armsServices: true }),
      })),
      units: cloud.units.map(({ unit: { siteIds, region: _, ...unit }, gate, reserves }) => ({
        ...unit,
        sites: [...siteIds],
        gate,
        ...(reserves !== undefined && { reserves: reservesDocument(reserves) }),
      })),
    };
    writeFileSync(this.#configFile, `${JSON.stringify(document, null, 2)}\n`);
  }
}

const reservesDocument = ({ gate, products }: ReserveEntry) => ({
  gate,
  products: products.map(({ product, registeredW, pricePerMWh }) => ({
    product,
    registeredMW: registeredW / 1e6,
    pricePerMWh,
  })),
});

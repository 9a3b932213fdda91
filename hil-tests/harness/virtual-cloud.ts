import { Aggregator, type AggregatorReport } from "@penstock/cloud/aggregator.ts";
import type { MemoryBroker } from "@penstock/cloud/broker/index.ts";
import type { MemoryLink } from "@penstock/cloud/broker/memory-link.ts";
import type { OperatorWish } from "@penstock/cloud/dispatch/fleet-target.ts";
import { FleetModel } from "@penstock/cloud/fleet/index.ts";
import type { PriceSeries } from "@penstock/cloud/prices/index.ts";
import { MemoryCloudStore } from "@penstock/cloud/store/index.ts";
import type { SigningKey } from "@penstock/protocol/lease";
import type { Rng } from "@penstock/protocol/rng";
import type { ProcessClock, SimClock } from "@penstock/protocol/time";
import { RecordBook } from "../checkers/record-book.ts";
import { cloudConfigOf } from "./cloud-config.ts";
import type { SiteName, Stage } from "./scene.ts";
import type { ServicesBySite } from "./site-config.ts";
import type { Trace } from "./trace.ts";

export interface VirtualCloudOptions {
  readonly clock: SimClock;
  readonly rng: Rng;
  readonly broker: () => MemoryBroker;
  readonly sites: readonly SiteName[];
  readonly prices: PriceSeries;
  readonly marketSpeed: number;
  readonly signingKey: SigningKey;
  readonly services?: ServicesBySite | undefined;
  readonly trace: Trace;
  readonly stageOf: (name: SiteName) => Stage;
}

/** The aggregator's process on the virtual clock: broker and all die with it, its store does not. */
export class VirtualCloud {
  readonly store = new MemoryCloudStore();
  /** A judge's own count of what was applied. */
  readonly book = new RecordBook();
  starts = 0;
  readonly #options: VirtualCloudOptions;
  #process: { readonly clock: ProcessClock; readonly link: MemoryLink; readonly aggregator: Aggregator } | undefined;
  #lastReport: AggregatorReport | undefined;

  constructor(options: VirtualCloudOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  start(): void {
    if (this.#process !== undefined) return;
    this.starts++;
    const { clock: world, rng, broker, sites, prices, marketSpeed, signingKey, services, stageOf } = this.#options;
    const clock = world.forProcess();
    broker().restart();
    const link = broker().link({ role: "host" });
    const config = cloudConfigOf({ sites, region: prices.region, marketSpeed, signingKey, services, stageOf });
    const fleet = new FleetModel({ clock, sites: config.sites.map(({ siteId }) => ({ siteId, name: siteId })) });
    const aggregator = new Aggregator({
      clock,
      rng: rng.fork(`start-${this.starts}`),
      config,
      store: this.store,
      link,
      prices,
      fleet,
    });
    aggregator.ingest.listen((event) => this.book.hear(event));
    aggregator.start();
    this.#process = { clock, link, aggregator };
  }

  /** kill -9, broker included. */
  kill(): void {
    if (this.#process === undefined) return;
    this.#lastReport = this.#process.aggregator.report();
    this.#process.clock.kill();
    this.#process.link.abort();
    this.#options.broker().crash();
    this.#process = undefined;
  }

  /** What a system operator wants, as its line would hand it over. */
  wished(wish: OperatorWish): ReturnType<Aggregator["wished"]> {
    if (this.#process === undefined) throw new Error("the cloud does not run");
    return this.#process.aggregator.wished(wish);
  }

  /** What became of the newest leases, as `fleetctl deliveries` shows it. */
  deliveries(): ReturnType<Aggregator["deliveries"]> {
    if (this.#process === undefined) throw new Error("the cloud does not run");
    return this.#process.aggregator.deliveries();
  }

  /** No new wishes; what the sites still send is taken. */
  stopTrading(): void {
    this.#process?.aggregator.stopTrading();
  }

  /** What it came to so far; of the last process when none runs. */
  report(): AggregatorReport {
    this.#lastReport = this.#process?.aggregator.report() ?? this.#lastReport;
    if (this.#lastReport === undefined) throw new Error("the cloud never ran");
    return this.#lastReport;
  }
}

import { MemoryBroker } from "@penstock/cloud/broker/index.ts";
import type { PriceSeries } from "@penstock/cloud/prices/index.ts";
import { randomFaults } from "@penstock/firmware-sims/faults/index.ts";
import { SiteSim } from "@penstock/firmware-sims/sites/index.ts";
import { privateKeyFromSeed, publicKeyPem, type SigningKey } from "@penstock/protocol/lease";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, seconds, type UtcMs } from "@penstock/protocol/units";
import { type SiteName, type Stage, stageOf } from "./scene.ts";
import { GROUP, type ServicesBySite, type SiteSetting, siteConfigOf } from "./site-config.ts";
import { storytellerKey } from "./storyteller.ts";
import { Trace } from "./trace.ts";
import { VirtualCloud } from "./virtual-cloud.ts";
import { VirtualSite } from "./virtual-site.ts";

export type FaultLevel = "none" | "light" | "heavy";

export interface VirtualWorldOptions {
  readonly seed: number;
  readonly sites: readonly SiteName[];
  readonly startMs: UtcMs;
  readonly prices: PriceSeries;
  readonly marketSpeed: number;
  readonly services?: ServicesBySite | undefined;
  readonly faults: FaultLevel;
  /** How long the faults are drawn for. */
  readonly durationMs: Ms;
  /** What stands under each name; the named sites themselves unless a swarm drew others. */
  readonly stageOf?: (name: SiteName) => Stage;
  /** How old a reading may be; a slower loop needs more patience. */
  readonly freshness?: SiteSetting["freshness"];
  /** How often a site reports; as the demo's sites do unless said. */
  readonly telemetry?: SiteSetting["telemetry"];
  /** How finely the plants' physics moves; 50 ms unless said. */
  readonly physicsStepMs?: Ms;
}

/** How often something befalls a process or a link; device faults are drawn by the plants. */
const MEAN_GAP_MS: Readonly<Record<FaultLevel, number>> = {
  none: Number.POSITIVE_INFINITY,
  light: 6 * 3600e3,
  heavy: 1800e3,
};

/**
 * Sites, edges, broker and cloud in one process on one virtual clock. Everything that has a choice draws it
 * from the seed; everything that happens is folded into the trace.
 */
export class VirtualWorld {
  readonly clock: SimClock;
  readonly trace = new Trace();
  readonly sites: ReadonlyMap<SiteName, VirtualSite>;
  readonly cloud: VirtualCloud;
  readonly storyteller: SigningKey;
  readonly rng: Rng;
  broker: MemoryBroker;
  faultsInjected = 0;

  constructor(options: VirtualWorldOptions) {
    const { seed, startMs, faults, durationMs, stageOf: stage = stageOf } = options;
    this.rng = new Rng(seed);
    this.clock = new SimClock(startMs);
    const deskKey: SigningKey = { keyId: "desk", privateKey: privateKeyFromSeed(this.rng.fork("desk-key").bytes(32)) };
    this.storyteller = storytellerKey(this.rng);
    const leaseKeys = [deskKey, this.storyteller].map(({ keyId, privateKey }) => ({
      keyId,
      publicKeyPem: publicKeyPem(privateKey),
    }));
    this.broker = new MemoryBroker({
      clock: this.clock,
      delayMs: Ms(5),
      rng: this.rng.fork("network"),
      observe: ({ from, message }) => this.trace.bytes(3, `${from} ${message.topic}`, message.payload),
    });
    this.sites = new Map(
      options.sites.map((name) => {
        const rng = this.rng.fork(name);
        const sim = new SiteSim(stage(name).spec, {
          rng: rng.fork("plant"),
          startMs,
          energySpeed: options.marketSpeed,
        });
        const config = siteConfigOf(name, {
          energySpeed: options.marketSpeed,
          leaseKeys,
          freshness: options.freshness ?? { unitS: 0.5, meterS: 0.4, plantS: 2 },
          stage: stage(name),
          services: options.services?.[name],
          ...(options.telemetry && { telemetry: options.telemetry }),
        });
        const site = new VirtualSite({
          name,
          clock: this.clock,
          rng,
          sim,
          config,
          broker: () => this.broker,
          trace: this.trace,
          stage: stage(name),
          physicsStepMs: options.physicsStepMs,
        });
        if (faults !== "none") {
          const unitIds = sim.units.map(({ id }) => id);
          sim.faults.schedule(
            randomFaults(rng.fork("faults"), faults, {
              unitIds,
              meterId: sim.meter.id,
              plantId: sim.plantController.id,
              durationMs,
            }),
          );
        }
        return [name, site];
      }),
    );
    this.cloud = new VirtualCloud({
      clock: this.clock,
      rng: this.rng.fork("cloud"),
      broker: () => this.broker,
      sites: options.sites,
      prices: options.prices,
      marketSpeed: options.marketSpeed,
      signingKey: deskKey,
      services: options.services,
      trace: this.trace,
      stageOf: stage,
    });
    if (faults !== "none") this.#troubleLater(this.rng.fork("trouble"), MEAN_GAP_MS[faults], durationMs);
  }

  start(): void {
    this.cloud.start();
    for (const site of this.sites.values()) site.startEdge();
  }

  advance(durationMs: Ms): void {
    this.clock.advance(durationMs);
  }

  site(name: SiteName): VirtualSite {
    const site = this.sites.get(name);
    invariant(site !== undefined, `${name} is not in this world`);
    return site;
  }

  /** What happens to processes, links and clocks, until there is as much time left as it takes to heal. */
  #troubleLater(rng: Rng, meanGapMs: number, untilMs: number): void {
    const delayMs = rng.exponential(meanGapMs);
    const healMs = 15 * 60e3;
    if (this.clock.monotonicMs() + delayMs > untilMs - healMs) return;
    this.clock.after(Ms(delayMs), () => {
      this.#trouble(rng);
      this.#troubleLater(rng, meanGapMs, untilMs);
    });
  }

  #trouble(rng: Rng): void {
    this.faultsInjected++;
    const site = rng.pick([...this.sites.values()]);
    const forMs = Ms(rng.chance(0.7) ? rng.between(1_000, 30_000) : rng.between(60_000, 600_000));
    const what = rng.uniform();
    if (what < 0.35) {
      const path = this.broker.path(`${GROUP}/${site.name}`);
      path.cut();
      this.clock.after(forMs, () => path.mend());
    } else if (what < 0.6) {
      site.killEdge();
      this.clock.after(Ms(rng.between(500, 8_000)), () => site.startEdge());
    } else if (what < 0.75) {
      this.cloud.kill();
      this.clock.after(forMs, () => this.cloud.start());
    } else if (what < 0.9) {
      site.clock?.stepWall(Ms(rng.pick([-3600e3, -5_000, 2_000, 60_000, 3600e3])));
      const clock = site.clock;
      // A clock that stepped is set right again some time later, as by a time server that came back.
      const skewMs = (clock?.nowMs() ?? 0) - this.clock.nowMs();
      this.clock.after(forMs, () => clock?.stepWall(Ms(-skewMs)));
    } else {
      const path = this.broker.path(`${GROUP}/${site.name}`);
      const { delayMs } = path;
      path.delayMs = seconds(rng.between(0.2, 3));
      path.dropQos0(0.05);
      this.clock.after(forMs, () => {
        path.delayMs = delayMs;
        path.dropQos0(0);
      });
    }
  }
}

import { MemoryBroker } from "@penstock/cloud/broker/index.ts";
import { Ingest } from "@penstock/cloud/ingest/index.ts";
import { MemoryCloudStore } from "@penstock/cloud/store/index.ts";
import { SiteSim } from "@penstock/firmware-sims/sites/index.ts";
import { issueLease, publicKeyPem, type SigningKey } from "@penstock/protocol/lease";
import { invariant } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import { onGrid, SimClock } from "@penstock/protocol/time";
import { Ms, MW, seconds, Var } from "@penstock/protocol/units";
import { type SiteName, stageOf } from "../harness/scene.ts";
import { SIM_START_MS } from "../harness/simulation.ts";
import { GROUP, HOST_ID, siteConfigOf } from "../harness/site-config.ts";
import { audienceOf, STORYTELLER, storytellerKey } from "../harness/storyteller.ts";
import { Trace } from "../harness/trace.ts";
import { VirtualSite } from "../harness/virtual-site.ts";

/**
 * One site on a virtual clock and the host that takes what it sends: physics, judges, registers on the wire, the edge
 * with its store, Sparkplug over a broker, records committed and acknowledged. Nobody trades, and no fleet is shown.
 * Every half minute a signed lease turns the power round, so that no unit rests.
 */
export class HostedSite {
  readonly #clock = new SimClock(SIM_START_MS);
  readonly #site: VirtualSite;
  readonly #host: Ingest;
  readonly #key: SigningKey;
  readonly #name: SiteName;
  messages = 0;
  #leases = 0;

  constructor(name: SiteName, seed: number) {
    const rng = new Rng(seed);
    const clock = this.#clock;
    this.#name = name;
    this.#key = storytellerKey(rng);
    const trace = new Trace();
    const broker = new MemoryBroker({
      clock,
      delayMs: Ms(5),
      rng: rng.fork("network"),
      observe: ({ from, message }) => {
        this.messages++;
        trace.bytes(3, `${from} ${message.topic}`, message.payload);
      },
    });
    const stage = stageOf(name);
    this.#site = new VirtualSite({
      name,
      clock,
      rng: rng.fork(name),
      sim: new SiteSim(stage.spec, { rng: rng.fork("plant"), startMs: SIM_START_MS }),
      config: siteConfigOf(name, {
        energySpeed: 1,
        leaseKeys: [{ keyId: this.#key.keyId, publicKeyPem: publicKeyPem(this.#key.privateKey) }],
        freshness: { unitS: 0.5, meterS: 0.4, plantS: 2 },
        stage,
      }),
      broker: () => broker,
      trace,
      stage,
    });
    this.#host = new Ingest({
      hostId: HOST_ID,
      clock,
      rng: rng.fork("host"),
      link: broker.link({ role: "host" }),
      store: new MemoryCloudStore(),
      sites: [{ siteId: name, groupId: GROUP, nodeId: name }],
    });
  }

  start(): void {
    this.#host.start();
    this.#site.startEdge();
    onGrid(this.#clock, LEASE_EVERY_MS, () => this.#turnRound());
  }

  advance(durationMs: Ms): void {
    this.#clock.advance(durationMs);
  }

  /** What was measured is a site that works: it moved its power, broke no limit, and what it told was taken. */
  expectWorking(): void {
    const { truth } = this.#site.sim;
    const taken = this.#host.ledger(this.#name).reduce((sum, { completeUpTo }) => sum + completeUpTo, 0);
    invariant(this.#site.checkers.violationCount === 0, "a site that is measured keeps its limits");
    invariant(Math.abs(truth.batteryPowerW) > LEASE_POWER_W / 2, "a site that is measured follows its leases");
    invariant(taken > 0, "a site that is measured is heard");
  }

  #turnRound(): void {
    const nowMs = this.#clock.nowMs();
    const number = ++this.#leases;
    const lease = issueLease(
      {
        v: 1,
        id: `lease-${number}`,
        audience: audienceOf(this.#name),
        issuer: STORYTELLER,
        epoch: 1,
        sequence: number,
        issuedAtMs: nowMs,
        notBeforeMs: nowMs,
        expiresAtMs: (nowMs + LEASE_TTL_MS) as typeof nowMs,
        ttlMs: LEASE_TTL_MS,
        kind: "setpoint",
        powerW: number % 2 === 0 ? LEASE_POWER_W : ((0 - LEASE_POWER_W) as typeof LEASE_POWER_W),
        reactiveVar: Var(0),
        priority: 5,
        onExpire: { action: "ramp-to-zero" },
        reason: "a measurement",
      },
      [this.#key],
    );
    invariant(this.#host.sendLease(this.#name, lease), "the host's link carries");
  }
}

const LEASE_EVERY_MS = seconds(30);
const LEASE_TTL_MS = seconds(60);
/** Well inside what the connection of the measured site carries, whatever its load. */
const LEASE_POWER_W = MW(8);

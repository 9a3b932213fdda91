import type { EdgeEvent } from "@penstock/edge/loop/loop-types.ts";
import type { Fault } from "@penstock/firmware-sims/faults/index.ts";
import { issueLease, type Lease } from "@penstock/protocol/lease";
import { invariant } from "@penstock/protocol/result";
import { hours, Ms, seconds, UtcMs, Var, type W } from "@penstock/protocol/units";
import type { SiteName } from "../harness/scene.ts";
import { generatedPrices, SIM_START_MS } from "../harness/simulation.ts";
import { audienceOf, leaseMessage, STORYTELLER } from "../harness/storyteller.ts";
import type { VirtualSite } from "../harness/virtual-site.ts";
import { VirtualWorld } from "../harness/virtual-world.ts";

/**
 * One site on the virtual clock, under control and with nobody trading it: a fault's test does one thing to it and
 * looks at the plant. Time moves only by {@link pass} and {@link until}.
 */
export class Stand {
  readonly world: VirtualWorld;
  readonly site: VirtualSite;
  #sequence = 0;

  constructor(name: SiteName = "feeder", seed = 21) {
    this.world = new VirtualWorld({
      seed,
      sites: [name],
      startMs: SIM_START_MS,
      prices: generatedPrices(seed, hours(2)),
      marketSpeed: 1,
      faults: "none",
      durationMs: hours(2),
    });
    this.site = this.world.site(name);
    this.world.start();
    this.until("the site is under control", 60, () => {
      const status = this.site.status();
      const areReady = status?.devices.every(({ state }) => state === "ready") ?? false;
      return areReady && status?.link?.state === "online";
    });
    this.world.cloud.stopTrading();
    this.pass(1);
  }

  get truth() {
    return this.site.sim.truth;
  }

  get events(): readonly EdgeEvent[] {
    return this.site.events;
  }

  get nowMs(): number {
    return this.world.clock.monotonicMs();
  }

  pass(durationS: number): void {
    this.world.advance(seconds(durationS));
  }

  /** Seconds it took; throws, saying what it waited for, when it never is. */
  until(what: string, withinS: number, isSo: () => boolean): number {
    const fromMs = this.nowMs;
    while (!isSo()) {
      invariant(this.nowMs - fromMs <= withinS * 1e3, `${what}: not within ${withinS} s`);
      this.world.advance(Ms(50));
    }
    return (this.nowMs - fromMs) / 1e3;
  }

  fault(device: string, fault: Fault): void {
    const injected = this.site.sim.faults.inject(device, fault);
    invariant(injected.ok, `the fault takes on ${device}`);
  }

  heal(device: string): void {
    this.site.sim.faults.clear(device);
  }

  /** How often an event was told since `sinceMs` (of {@link nowMs}), of one device or of any. */
  told(code: string, device?: string): number {
    return this.events.filter(
      (event) => event.code === code && (device === undefined || event.facts["device"] === device),
    ).length;
  }

  /** A lease by a key the site trusts; what it does not say is a plain set-point for a minute. */
  lease(wish: Partial<Lease> & { readonly powerW: W }): Lease {
    const nowMs = this.world.clock.nowMs();
    this.#sequence++;
    return {
      v: 1,
      id: `lease-${this.#sequence}`,
      audience: audienceOf(this.site.name),
      issuer: STORYTELLER,
      epoch: 1,
      sequence: 1_000 + this.#sequence,
      issuedAtMs: nowMs,
      notBeforeMs: UtcMs(nowMs - 1_000),
      expiresAtMs: UtcMs(nowMs + 60_000),
      ttlMs: Ms(60_000),
      kind: "setpoint",
      reactiveVar: Var(0),
      priority: 9,
      onExpire: { action: "ramp-to-zero" },
      reason: "a test",
      ...wish,
    };
  }

  grant(wish: Partial<Lease> & { readonly powerW: W }): Lease {
    const lease = this.lease(wish);
    this.deliver(issueLease(lease, [this.world.storyteller]));
    return lease;
  }

  /** Bytes by the host's own command; nothing about them is checked on the way. */
  deliver(envelope: Uint8Array): void {
    const link = this.world.broker.link({ role: "host" });
    link.connect({ clientId: `${STORYTELLER}-${this.nowMs}`, keepAliveS: 0 });
    this.world.advance(Ms(50));
    invariant(link.publish(leaseMessage(this.site.name, envelope, this.world.clock.nowMs())), "the link carries");
    this.world.advance(Ms(50));
    link.disconnect();
  }

  /** Waits until the batteries give it, give or take a percent. */
  reach(powerW: W, withinS = 30): void {
    const near = Math.max(10_000, Math.abs(powerW) * 0.01);
    this.until(
      `the batteries give ${powerW / 1e6} MW`,
      withinS,
      () => Math.abs(this.truth.batteryPowerW - powerW) < near,
    );
  }
}

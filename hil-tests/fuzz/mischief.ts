import { issueLease, type Lease } from "@penstock/protocol/lease";
import type { Rng } from "@penstock/protocol/rng";
import { Ms, UtcMs, Var, W } from "@penstock/protocol/units";
import type { SiteName } from "../harness/scene.ts";
import { audienceOf, leaseMessage, STORYTELLER } from "../harness/storyteller.ts";
import type { VirtualSite } from "../harness/virtual-site.ts";
import type { VirtualWorld } from "../harness/virtual-world.ts";

/** What people, clouds and grids do to a site all day, drawn from a seed: one line of {@link DEEDS} each. */
export class Mischief {
  deeds = 0;
  readonly #world: VirtualWorld;
  readonly #site: VirtualSite;
  readonly #rng: Rng;
  readonly #untilMs: number;
  readonly #meanGapMs: number;
  readonly #ratedW: number;
  #sequence = 0;
  /** Since when a stop has been in force, by the world's clock; undefined while none is. */
  stoppedAtMs: number | undefined;

  constructor(world: VirtualWorld, name: SiteName, rng: Rng, { untilMs, meanGapMs }: MischiefWish) {
    this.#world = world;
    this.#site = world.site(name);
    this.#rng = rng;
    this.#untilMs = untilMs;
    this.#meanGapMs = meanGapMs;
    const { unit, unitCount } = this.#site.sim.spec;
    this.#ratedW = unit.powerWMax * unitCount;
    this.#later();
  }

  #later(): void {
    const delayMs = this.#rng.exponential(this.#meanGapMs);
    const nowMs = this.#world.clock.monotonicMs();
    if (nowMs + delayMs > this.#untilMs) return;
    this.#world.clock.after(Ms(delayMs), () => {
      this.deeds++;
      const deed = this.#rng.pick(DEEDS);
      deed(this);
      this.#later();
    });
  }

  /** Anything between far too much and nothing, either way. */
  lease(): void {
    const rng = this.#rng;
    const { clock, storyteller, broker } = this.#world;
    const nowMs = clock.nowMs();
    const ttlMs = Ms(Math.round(rng.between(1_000, 300_000)));
    const lease: Lease = {
      v: 1,
      id: `fuzz-${this.#sequence}-${nowMs}`,
      audience: audienceOf(this.#site.name),
      issuer: STORYTELLER,
      epoch: 1,
      sequence: Math.floor(nowMs / 10) * 10 + (this.#sequence++ % 10),
      issuedAtMs: UtcMs(nowMs),
      notBeforeMs: UtcMs(nowMs - 1_000),
      expiresAtMs: UtcMs(nowMs + ttlMs),
      ttlMs,
      kind: rng.pick(["setpoint", "setpoint", "setpoint", "limit", "estop", "release"] as const),
      powerW: W(Math.round(rng.between(-1.5, 1.5) * this.#ratedW)),
      reactiveVar: Var(rng.chance(0.7) ? 0 : Math.round(rng.between(-0.5, 0.5) * this.#ratedW)),
      priority: rng.integer(0, 10),
      onExpire: { action: rng.pick(["ramp-to-zero", "local"] as const) },
      reason: "fuzz",
    };
    const limits = { powerWMin: W(-rng.uniform() * this.#ratedW), powerWMax: W(rng.uniform() * this.#ratedW) };
    const link = broker.link({ role: "host" });
    link.connect({ clientId: `${STORYTELLER}-${this.#sequence}`, keepAliveS: 0 });
    const signed = issueLease(lease.kind === "limit" ? { ...lease, ...limits } : lease, [storyteller]);
    clock.after(Ms(100), () => {
      link.publish(leaseMessage(this.#site.name, signed, clock.nowMs()));
      link.disconnect();
    });
  }

  /** Often for seconds, now and then for long. The grid operator never asks for what load and sun cannot give. */
  gridLimit(): void {
    const rng = this.#rng;
    const { sim } = this.#site;
    const { min, max } = sim.spec.connectionLimitW;
    const idleMinW = 1.4 * sim.spec.load.powerWMax + sim.spec.unitCount * sim.spec.unit.auxiliaryWMax;
    const idleMaxW = 1.5 * sim.spec.solar.powerWMax;
    sim.setGridOperatorLimit(
      Math.min(-idleMinW - 0.1 * this.#ratedW, min * rng.uniform()),
      Math.max(idleMaxW + 0.1 * this.#ratedW, max * rng.uniform()),
    );
    this.#world.clock.after(this.#while(), () => sim.liftGridOperatorLimit());
  }

  breaker(): void {
    this.#site.sim.openBreaker();
    this.#world.clock.after(this.#while(), () => this.#site.sim.closeBreaker());
  }

  frequency(): void {
    const overMs = this.#rng.pick([0, 500, 5_000]);
    this.#site.sim.frequencyStep(this.#rng.between(-0.8, 0.8), overMs);
    this.#world.clock.after(this.#while(), () => this.#site.sim.frequencyStep(0, overMs));
  }

  localLimit(): void {
    const rng = this.#rng;
    const limit = { powerWMin: -rng.uniform() * this.#ratedW, powerWMax: rng.uniform() * this.#ratedW };
    this.#site.operate({ op: "limit-set", ...limit, by: "fuzz", reason: "fuzz" });
    this.#world.clock.after(this.#while(), () => this.#site.operate({ op: "limit-clear", by: "fuzz", reason: "fuzz" }));
  }

  stop(): void {
    this.#site.operate({ op: "stop", by: "fuzz", reason: "fuzz" }, (answer) => {
      if (isDone(answer)) this.stoppedAtMs ??= this.#world.clock.monotonicMs();
    });
    this.#world.clock.after(this.#while(), () => {
      this.stoppedAtMs = undefined;
      this.#site.operate({ op: "resume", by: "fuzz", reason: "fuzz" });
    });
  }

  /** Somebody else has moved a unit meanwhile: the time a stop may take begins again. */
  stopAnew(): void {
    if (this.stoppedAtMs !== undefined) this.stoppedAtMs = this.#world.clock.monotonicMs();
  }

  mode(): void {
    const powerW = Math.round(this.#rng.between(-1.2, 1.2) * this.#ratedW);
    const mode = this.#rng.pick(["manual", "maintenance"] as const);
    this.#site.operate({ op: "mode", mode, powerW, by: "fuzz", reason: "fuzz" });
    this.#world.clock.after(this.#while(), () =>
      this.#site.operate({ op: "mode", mode: "auto", by: "fuzz", reason: "fuzz" }),
    );
  }

  #while(): Ms {
    return Ms(Math.round(this.#rng.chance(0.7) ? this.#rng.between(500, 60_000) : this.#rng.between(60_000, 900_000)));
  }
}

export interface MischiefWish {
  readonly untilMs: number;
  /** Between two deeds. */
  readonly meanGapMs: number;
}

/** The shelf, the commonest more than once. */
const DEEDS: readonly ((mischief: Mischief) => void)[] = [
  ...Array.from({ length: 8 }, () => (mischief: Mischief) => mischief.lease()),
  (mischief) => mischief.gridLimit(),
  (mischief) => mischief.gridLimit(),
  (mischief) => mischief.breaker(),
  (mischief) => mischief.frequency(),
  (mischief) => mischief.frequency(),
  (mischief) => mischief.localLimit(),
  (mischief) => mischief.stop(),
  (mischief) => mischief.mode(),
];

const isDone = (answer: unknown): boolean =>
  typeof answer === "object" && answer !== null && (answer as { ok?: unknown }).ok === true;

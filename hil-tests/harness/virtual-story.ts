import type { MemoryLink } from "@penstock/cloud/broker/memory-link.ts";
import { invariant } from "@penstock/protocol/result";
import { Ms } from "@penstock/protocol/units";
import type { SiteName } from "./scene.ts";
import { audienceOf, leaseMessage, STORYTELLER } from "./storyteller.ts";
import type { VirtualWorld } from "./virtual-world.ts";
import type { SiteHandle, World } from "./world.ts";

/** The virtual world as a story sees it. Time passes only when the story lets it, so promises cost nothing. */
export function virtualStory(world: VirtualWorld): World {
  let link: MemoryLink | undefined;
  let passedMs = 0;
  /** Several branches of a story may wait at once: the clock goes on when all of them do. */
  const waits: { untilMs: number; done: () => void }[] = [];
  let isMoving = false;

  const world_: World = {
    kind: "virtual",
    nowMs: () => passedMs,
    wallMs: () => world.clock.nowMs(),
    pass(durationMs) {
      return new Promise((done) => {
        waits.push({ untilMs: passedMs + durationMs, done });
        if (!isMoving) {
          isMoving = true;
          setImmediate(move);
        }
      });
    },
    site: (name) => siteHandle(world, name),
    cloud: {
      async kill() {
        link = undefined;
        world.cloud.kill();
      },
      async start() {
        world.cloud.start();
      },
      storyteller: { key: world.storyteller, issuer: STORYTELLER, audienceOf },
      async deliver(site, envelope) {
        if (link === undefined) {
          link = world.broker.link({ role: "host" });
          link.connect({ clientId: STORYTELLER, keepAliveS: 0 });
          await world_.pass(100);
        }
        invariant(link.publish(leaseMessage(site, envelope, world.clock.nowMs())), "the storyteller's link carries");
      },
      ledger: async (site) => world.cloud.store.ledgers(site),
      deliveries: async () => world.cloud.deliveries(),
    },
    async close() {},
  };
  return world_;

  function move() {
    waits.sort((a, b) => a.untilMs - b.untilMs);
    const next = waits.shift();
    if (next === undefined) {
      isMoving = false;
      return;
    }
    world.advance(Ms(Math.max(0, next.untilMs - passedMs)));
    passedMs = Math.max(passedMs, next.untilMs);
    next.done();
    // Whoever was woken speaks first, then time goes on.
    setImmediate(move);
  }
}

function siteHandle(world: VirtualWorld, name: SiteName): SiteHandle {
  const site = world.site(name);
  return {
    name,
    truth: async () => structuredClone(site.sim.truth),
    why: async () => site.why(),
    status: async () => site.status(),
    audit: async () => site.disk.audit,
    violations: async () => site.checkers.violations,
    async limitByGridOperator(powerWMin, powerWMax) {
      site.sim.setGridOperatorLimit(powerWMin, powerWMax);
    },
    async commandByGridOperator(powerW) {
      site.sim.plantController.command(powerW);
    },
    async liftGridOperatorLimit() {
      site.sim.liftGridOperatorLimit();
    },
    async fault(device, fault) {
      const injected = site.sim.faults.inject(device, fault);
      invariant(injected.ok, `the fault takes on ${device}`);
    },
    async clearFaults(device) {
      site.sim.faults.clear(device);
    },
    async moveFrequency(hz, overMs) {
      site.sim.pinFrequency(hz, overMs);
    },
    async playFrequency(samplesHz, intervalMs) {
      site.sim.pinFrequency(undefined);
      site.sim.frequencyTrace({ samplesHz: Float64Array.from(samplesHz), intervalMs });
    },
    async regulate(powerW) {
      site.sim.plantController.regulate(powerW);
    },
    async logPower() {
      site.sim.logPower(true);
    },
    powerLog: async () => site.sim.powerLog,
    async killEdge() {
      site.killEdge();
    },
    async startEdge() {
      site.startEdge();
    },
    async stopEdge() {
      site.clock?.stop();
    },
    async continueEdge() {
      site.clock?.goOn();
    },
    async stored() {
      const { epoch, streams } = site.disk.image();
      return { epoch, streams };
    },
  };
}

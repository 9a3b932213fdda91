import { MqttClientLink } from "@penstock/cloud/broker/index.ts";
import { UtcMs } from "@penstock/protocol/units";
import Database from "better-sqlite3";
import { patiently } from "./child-process.ts";
import type { SiteName } from "./scene.ts";
import type { SocketWorld } from "./socket-world.ts";
import { audienceOf, leaseMessage, STORYTELLER } from "./storyteller.ts";
import type { AuditLine, LedgerLine, SiteHandle, World } from "./world.ts";

/** Real processes on real time as a story sees them. */
export function socketStory(world: SocketWorld): World {
  const startedMs = performance.now();
  let link: MqttClientLink | undefined;
  return {
    kind: "sockets",
    nowMs: () => performance.now() - startedMs,
    wallMs: () => Date.now(),
    pass: (durationMs) => new Promise((done) => setTimeout(done, durationMs)),
    site: (name) => siteHandle(world, name),
    cloud: {
      async kill() {
        link = undefined;
        await world.cloud.kill();
      },
      async start() {
        world.cloud.start();
        await world.cloud.ready();
      },
      storyteller: { key: { keyId: STORYTELLER, privateKey: world.storytellerKey }, issuer: STORYTELLER, audienceOf },
      async deliver(site, envelope) {
        link ??= await connected(world);
        if (!link.publish(leaseMessage(site, envelope, UtcMs(Date.now()))))
          throw new Error("the storyteller's link is down");
      },
      async ledger(site) {
        const { ledgers } = await world.report();
        return ledgers.filter(({ siteId }) => siteId === site) satisfies readonly LedgerLine[];
      },
      deliveries: () => world.cloud.deliveries(),
    },
    async close() {
      link?.disconnect();
      await world.stop();
    },
  };
}

async function connected(world: SocketWorld): Promise<MqttClientLink> {
  const link = new MqttClientLink({ url: world.cloud.mqttUrl, username: "host", password: world.hostPassword });
  await new Promise<void>((done, refuse) => {
    link.onEvent = (event) =>
      event.type === "connected" ? done() : refuse(new Error("the storyteller cannot connect"));
    link.connect({ clientId: STORYTELLER, keepAliveS: 60 });
  });
  link.onEvent = () => {};
  return link;
}

function siteHandle(world: SocketWorld, name: SiteName): SiteHandle {
  const plant = world.plant(name);
  const edge = world.edge(name);
  return {
    name,
    truth: () => plant.truth(),
    why: () => edge.why(),
    status: () => edge.status(),
    async audit() {
      const answer = await patiently(`the audit of ${name}`, 5_000, () => edge.ask({ op: "audit", limit: 500 }));
      return answer["entries"] as readonly AuditLine[];
    },
    violations: async () => (await plant.verdict()).violations,
    async limitByGridOperator(powerWMin, powerWMax) {
      await plant.limitByGridOperator(powerWMin, powerWMax);
    },
    async commandByGridOperator(powerW) {
      await plant.commandByGridOperator(powerW);
    },
    async liftGridOperatorLimit() {
      await plant.limitByGridOperator(null, null);
    },
    async fault(device, fault) {
      await plant.fault(device, fault);
    },
    async clearFaults(device) {
      await plant.clear(device);
    },
    async moveFrequency(hz, overMs) {
      await plant.moveFrequency(hz, overMs);
    },
    async playFrequency(samplesHz, intervalMs) {
      await plant.playFrequency(samplesHz, intervalMs);
    },
    async regulate(powerW) {
      await plant.regulate(powerW);
    },
    async logPower() {
      await plant.logPower();
    },
    powerLog: () => plant.powerLog(),
    killEdge: () => edge.kill(),
    async startEdge() {
      edge.start();
    },
    async stopEdge() {
      edge.signal("SIGSTOP");
    },
    async continueEdge() {
      edge.signal("SIGCONT");
    },
    async stored() {
      const database = new Database(edge.storeFile, { readonly: true });
      try {
        const rows = database.prepare("SELECT name, last_sequence, acknowledged FROM streams").all() as {
          name: string;
          last_sequence: number;
          acknowledged: number;
        }[];
        const { value: epoch } = database.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as {
          value: string;
        };
        const streams = rows.map(({ name: stream, last_sequence, acknowledged }) => [
          stream,
          { lastSequence: last_sequence, acknowledged },
        ]);
        return { epoch, streams: Object.fromEntries(streams) };
      } finally {
        database.close();
      }
    },
  };
}

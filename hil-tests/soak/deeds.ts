import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { MqttClientLink } from "@penstock/cloud/broker/index.ts";
import type { MqttSession, MqttSubscription } from "@penstock/protocol/link";
import type { Rng } from "@penstock/protocol/rng";
import { W } from "@penstock/protocol/units";
import { type SiteName, scenes, stageOf } from "../harness/scene.ts";
import { GROUP } from "../harness/site-config.ts";
import type { SocketWorld } from "../harness/socket-world.ts";
import type { World } from "../harness/world.ts";
import { grant } from "../scenarios/scenario.ts";

/** The site a deed is done to, and what it may use. */
export interface Stage {
  readonly world: SocketWorld;
  readonly story: World;
  readonly site: SiteName;
  readonly rng: Rng;
}

/** What a site's days are full of. Afterwards it must be whole again: every device ready, the link online. */
export interface Deed {
  readonly name: string;
  /** From the end of the deed until the site is whole again, at the median. A library whose patience changed shows here. */
  readonly wholeAfterMs: number;
  run(stage: Stage): Promise<void>;
}

/** The shelf; what stands here twice is done twice as often. */
export const deeds: readonly Deed[] = [
  { name: "lease", wholeAfterMs: 5_000, run: lease },
  { name: "lease", wholeAfterMs: 5_000, run: lease },
  { name: "unit reboots", wholeAfterMs: 6_000, run: (stage) => reboot(stage, unitOf(stage)) },
  { name: "unit is slow", wholeAfterMs: 6_000, run: slowUnit },
  { name: "meter reboots", wholeAfterMs: 6_000, run: (stage) => reboot(stage, "meter-1") },
  { name: "plant controller reboots", wholeAfterMs: 10_000, run: (stage) => reboot(stage, "plant-1") },
  { name: "callers", wholeAfterMs: 5_000, run: callers },
  { name: "onlookers", wholeAfterMs: 5_000, run: onlookers },
  { name: "subscribers", wholeAfterMs: 5_000, run: subscribers },
  // An edge whose link broke waits at random, longer each time, a minute at most.
  { name: "link is taken over", wholeAfterMs: 30_000, run: usurper },
  { name: "edge is stopped", wholeAfterMs: 10_000, run: pause },
  { name: "grid operator limits", wholeAfterMs: 5_000, run: limit },
];

const unitOf = ({ site, rng }: Stage): string => `unit-${rng.integer(1, stageOf(site).spec.unitCount + 1)}`;

async function lease({ story, site, rng }: Stage): Promise<void> {
  const { exportLimitKW, importLimitKW } = scenes[site].connection;
  await grant(story, site, { powerW: W(Math.round(rng.between(-0.7 * importLimitKW, 0.7 * exportLimitKW)) * 1e3) });
}

async function reboot({ world, story, site, rng }: Stage, device: string): Promise<void> {
  const durationMs = rng.integer(300, 3_000);
  await world.plant(site).fault(device, { kind: "rebooting", durationMs });
  await story.pass(durationMs);
}

async function slowUnit(stage: Stage): Promise<void> {
  const { world, story, site, rng } = stage;
  const durationMs = rng.integer(500, 3_000);
  await world.plant(site).fault(unitOf(stage), { kind: "slow", delayMs: rng.integer(50, 2_000), durationMs });
  await story.pass(durationMs);
}

/** Technicians: some get their answer, some hang up in the middle of their question, some say nothing at all. */
async function callers({ world, story, site }: Stage): Promise<void> {
  const { socket } = world.edge(site);
  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      if (index % 4 === 0) return void (await world.edge(site).ask({ op: "why" }));
      const caller = connect(socket);
      caller.on("error", () => {});
      if (index % 4 === 1) caller.write('{"op":"sta');
      else if (index % 4 === 2) caller.write('{"op":"status"}\n');
      await story.pass(300);
      caller.destroy();
    }),
  );
}

/** Browsers: the page, the fleet, a stream of changes that is left without a word. */
async function onlookers({ world, story }: Stage): Promise<void> {
  const { url } = world.cloud;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (const path of ["/", "/api/v1/sites", "/api/v1/bids"]) await (await fetch(`${url}${path}`)).arrayBuffer();
      const leaving = new AbortController();
      const stream = await fetch(`${url}/api/v1/stream`, { signal: leaving.signal });
      await stream.body?.getReader().read();
      await story.pass(500);
      leaving.abort();
    }),
  );
}

async function subscribers({ world, story }: Stage): Promise<void> {
  const links = [1, 2, 3].map(() => ({ username: "viewer", password: world.viewerPassword }));
  await Promise.all(
    links.map(async (who, index) => {
      const session = { clientId: `dashboard-${index}`, keepAliveS: 30 };
      const link = await connected(world, who, session, [{ topic: "penstock/fleet/#", qos: 0 }]);
      await story.pass(800);
      link.disconnect();
    }),
  );
}

/** Somebody with the site's password and name: the broker lets the edge go and must take it back. */
async function usurper({ world, story, site }: Stage): Promise<void> {
  const file = join(world.options.runFolder, "secrets", `${site}.password`);
  const who = { username: site, password: readFileSync(file, "utf8").trim() };
  const link = await connected(world, who, { clientId: `${GROUP}/${site}`, keepAliveS: 30 }, []);
  await story.pass(200);
  link.disconnect();
}

/** Long enough that its leases and its loop's threads are begun afresh. */
async function pause({ world, story, site, rng }: Stage): Promise<void> {
  const edge = world.edge(site);
  edge.signal("SIGSTOP");
  await story.pass(rng.integer(500, 3_000));
  edge.signal("SIGCONT");
}

async function limit({ world, story, site, rng }: Stage): Promise<void> {
  const { exportLimitKW, importLimitKW } = scenes[site].connection;
  const plant = world.plant(site);
  await plant.limitByGridOperator(-1e3 * importLimitKW * rng.uniform(), 1e3 * exportLimitKW * rng.uniform());
  await story.pass(2_000);
  await plant.limitByGridOperator(null, null);
}

function connected(
  world: SocketWorld,
  who: { readonly username: string; readonly password: string },
  session: MqttSession,
  subscriptions: readonly MqttSubscription[],
): Promise<MqttClientLink> {
  const link = new MqttClientLink({ url: world.cloud.mqttUrl, ...who });
  return new Promise((done, refuse) => {
    link.onEvent = (event) => {
      if (event.type === "closed") refuse(new Error(`${session.clientId} is not let in: ${event.reason}`));
      if (event.type !== "connected") return;
      link.subscribe(subscriptions);
      done(link);
    };
    link.connect(session);
  });
}

import { connect as tcpConnect } from "node:net";
import type { LinkEvent, MqttMessage } from "@penstock/protocol/link";
import { afterEach, expect, test } from "vitest";
import {
  type BrokerEvent,
  type Credential,
  type EmbeddedBroker,
  embeddedBroker,
  MqttClientLink,
  newPassword,
} from "./index.ts";

const site = {
  username: "g/park",
  password: newPassword(),
  identity: { role: "site", group: "g", node: "park" },
} as const;
const host = { username: "host", password: newPassword(), identity: { role: "host" } } as const;
const viewer = { username: "viewer", password: newPassword(), identity: { role: "viewer" } } as const;
const death: MqttMessage = { topic: "spBv1.0/g/NDEATH/park", payload: Uint8Array.of(1), qos: 1, retain: false };

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const action of cleanUp.splice(0).reverse()) await action();
});

async function start(): Promise<{ broker: EmbeddedBroker; events: BrokerEvent[] }> {
  const events: BrokerEvent[] = [];
  const broker = await embeddedBroker({
    port: 0,
    credentials: [site, host, viewer],
    packetBytesMax: 10_000,
    onEvent: (event) => events.push(event),
  });
  if (!broker.ok) throw new Error(broker.error.code);
  cleanUp.push(broker.value.close);
  return { broker: broker.value, events };
}

function client(
  broker: EmbeddedBroker,
  { username, password }: Pick<Credential, "username" | "password">,
  will?: MqttMessage,
) {
  const link = new MqttClientLink({ url: broker.url, username, password });
  const events: LinkEvent[] = [];
  const waiting: (() => void)[] = [];
  link.onEvent = (event) => {
    events.push(event);
    for (const wake of waiting.splice(0)) wake();
  };
  link.connect({ clientId: username, keepAliveS: 30, ...(will && { will }) });
  cleanUp.push(() => link.disconnect());
  return {
    link,
    /** The first event that fits, once it is there. */
    async until(fits: (event: LinkEvent) => boolean): Promise<LinkEvent> {
      for (;;) {
        const found = events.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((wake) => waiting.push(wake));
      }
    },
  };
}

const isMessage = (topic: string) => (event: LinkEvent) => event.type === "message" && event.message.topic === topic;
const isOf = (type: LinkEvent["type"]) => (event: LinkEvent) => event.type === type;

test("a site's data reach the host, its lease reaches the site, and its death is its will", async () => {
  const { broker } = await start();
  const aggregator = client(broker, host);
  await aggregator.until(isOf("connected"));
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const edge = client(broker, site, death);
  await edge.until(isOf("connected"));
  edge.link.subscribe([
    { topic: "spBv1.0/g/NCMD/park", qos: 1 },
    { topic: "spBv1.0/STATE/cloud", qos: 1 },
  ]);
  aggregator.link.publish({ topic: "spBv1.0/STATE/cloud", payload: Uint8Array.of(7), qos: 1, retain: true });
  await edge.until(isMessage("spBv1.0/STATE/cloud"));
  edge.link.publish({ topic: "spBv1.0/g/NDATA/park", payload: Uint8Array.of(1, 2, 3), qos: 0, retain: false });
  const got = await aggregator.until(isMessage("spBv1.0/g/NDATA/park"));
  expect(got.type === "message" && [...got.message.payload]).toEqual([1, 2, 3]);
  aggregator.link.publish({ topic: "spBv1.0/g/NCMD/park", payload: Uint8Array.of(9), qos: 0, retain: false });
  await edge.until(isMessage("spBv1.0/g/NCMD/park"));
  edge.link.publish({ topic: "spBv1.0/g/NDATA/street", payload: Uint8Array.of(0), qos: 0, retain: false });
  expect(await edge.until(isOf("closed"))).toMatchObject({ type: "closed" });
  await aggregator.until(isMessage(death.topic));
  expect(edge.link.publish(death)).toBe(false);
});

test.each([
  ["a wrong password", { username: "host", password: "guess" }],
  ["another's password", { username: "host", password: viewer.password }],
  ["a name nobody has", { username: "nobody", password: "" }],
])("%s does not get in", async (_case, login) => {
  const { broker, events } = await start();
  expect(await client(broker, login).until(isOf("closed"))).toMatchObject({
    reason: expect.stringMatching(/not authorized/i),
  });
  expect(events).toContainEqual({ code: "broker.wrong-credentials", username: login.username });
});

test("a viewer reads the fleet and nothing else", async () => {
  const { broker, events } = await start();
  const watcher = client(broker, viewer);
  await watcher.until(isOf("connected"));
  watcher.link.subscribe([
    { topic: "spBv1.0/#", qos: 0 },
    { topic: "penstock/fleet/#", qos: 0 },
  ]);
  const aggregator = client(broker, host);
  await aggregator.until(isOf("connected"));
  aggregator.link.publish({ topic: "penstock/fleet/summary", payload: Uint8Array.of(1), qos: 0, retain: true });
  await watcher.until(isMessage("penstock/fleet/summary"));
  expect(events).toContainEqual({ code: "broker.subscribe-refused", username: "viewer", filter: "spBv1.0/#" });
  watcher.link.publish({ topic: "penstock/fleet/summary", payload: Uint8Array.of(2), qos: 0, retain: true });
  await watcher.until(isOf("closed"));
});

test("a packet beyond the limit closes the connection before it is held in memory", async () => {
  const { broker } = await start();
  const socket = tcpConnect(broker.port, "127.0.0.1");
  const closed = new Promise<void>((done) => socket.on("close", () => done()));
  socket.on("error", () => {});
  socket.write(Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f, 0));
  await closed;
  const edge = client(broker, site);
  await edge.until(isOf("connected"));
  edge.link.publish({ topic: "spBv1.0/g/NDATA/park", payload: new Uint8Array(9_000), qos: 0, retain: false });
  edge.link.publish({ topic: "spBv1.0/g/NDATA/park", payload: new Uint8Array(11_000), qos: 0, retain: false });
  await edge.until(isOf("closed"));
});

test("a port that is taken is one clear refusal", async () => {
  const { broker } = await start();
  expect(await embeddedBroker({ port: broker.port, credentials: [] })).toMatchObject({
    ok: false,
    error: { code: "broker.cannot-listen", reason: "EADDRINUSE" },
  });
});

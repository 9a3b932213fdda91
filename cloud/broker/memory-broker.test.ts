import type { LinkEvent, MqttMessage } from "@penstock/protocol/link";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { type BrokerIdentity, MemoryBroker, type SeenMessage } from "./index.ts";

const park: BrokerIdentity = { role: "site", group: "penstock", node: "park" };
const host: BrokerIdentity = { role: "host" };
const data = "spBv1.0/penstock/NDATA/park";
const command = "spBv1.0/penstock/NCMD/park";
const death: MqttMessage = { topic: "spBv1.0/penstock/NDEATH/park", payload: bytes("bye"), qos: 1, retain: false };

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function world(seed = "memory-broker") {
  const clock = new SimClock(UtcMs(0));
  const seen: SeenMessage[] = [];
  const broker = new MemoryBroker({ clock, rng: new Rng(seed), observe: (message) => seen.push(message) });
  const client = (identity: BrokerIdentity, clientId: string, will?: MqttMessage) => {
    const link = broker.link(identity);
    const events: string[] = [];
    link.onEvent = (event: LinkEvent) =>
      events.push(
        event.type === "message"
          ? `${event.message.topic} ${new TextDecoder().decode(event.message.payload)}${event.message.retain ? " (retained)" : ""}`
          : event.type === "closed"
            ? `closed: ${event.reason}`
            : "connected",
      );
    link.connect({ clientId, keepAliveS: 30, ...(will && { will }) });
    clock.advance(Ms(2));
    return { link, events };
  };
  return { clock, broker, seen, client };
}

const publish = (topic: string, text: string, qos: 0 | 1 = 0, retain = false): MqttMessage => ({
  topic,
  payload: bytes(text),
  qos,
  retain,
});

test("messages arrive in order, one hop's delay after another", () => {
  const { clock, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const site = client(park, "park", death);
  for (const text of ["1", "2", "3"]) expect(site.link.publish(publish(data, text))).toBe(true);
  clock.advance(Ms(1));
  expect(aggregator.events).toEqual(["connected"]);
  clock.advance(Ms(1));
  expect(aggregator.events).toEqual(["connected", `${data} 1`, `${data} 2`, `${data} 3`]);
});

test("a slower message is not overtaken by one sent when the path was quick again", () => {
  const { clock, broker, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const site = client(park, "park");
  broker.path("penstock/park").delayMs = seconds(1);
  site.link.publish(publish(data, "slow"));
  broker.path("penstock/park").delayMs = Ms(1);
  site.link.publish(publish(data, "quick"));
  clock.advance(seconds(2));
  expect(aggregator.events).toEqual(["connected", `${data} slow`, `${data} quick`]);
});

test("while it is down a link takes nothing", () => {
  const { broker } = world();
  const link = broker.link(park);
  expect(link.publish(publish(data, "x"))).toBe(false);
});

test("a retained message waits for whoever subscribes later; an empty one takes it away", () => {
  const { clock, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.publish(publish("spBv1.0/STATE/cloud", "online", 1, true));
  clock.advance(Ms(2));
  const site = client(park, "park");
  site.link.subscribe([{ topic: "spBv1.0/STATE/cloud", qos: 1 }]);
  clock.advance(Ms(2));
  expect(site.events).toEqual(["connected", "spBv1.0/STATE/cloud online (retained)"]);
  aggregator.link.publish(publish("spBv1.0/STATE/cloud", "", 1, true));
  clock.advance(Ms(2));
  const late = client({ role: "site", group: "penstock", node: "late" }, "late");
  late.link.subscribe([{ topic: "spBv1.0/STATE/+", qos: 1 }]);
  clock.advance(Ms(2));
  expect(late.events).toEqual(["connected"]);
});

test("two filters that overlap bring a message once", () => {
  const { clock, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([
    { topic: "spBv1.0/#", qos: 0 },
    { topic: "spBv1.0/penstock/+/park", qos: 1 },
  ]);
  const site = client(park, "park");
  site.link.publish(publish(data, "once", 1));
  clock.advance(Ms(2));
  expect(aggregator.events).toEqual(["connected", `${data} once`]);
});

test.each([
  ["a process that dies", true, (site: ReturnType<ReturnType<typeof world>["client"]>) => site.link.abort()],
  ["an orderly goodbye", false, (site: ReturnType<ReturnType<typeof world>["client"]>) => site.link.disconnect()],
])("%s leaves its will: %s", (_how, leavesWill, leave) => {
  const { clock, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const site = client(park, "park", death);
  site.link.publish(publish(data, "last"));
  leave(site);
  clock.advance(seconds(60));
  expect(aggregator.events.slice(1)).toEqual([`${data} last`, ...(leavesWill ? [`${death.topic} bye`] : [])]);
  expect(site.events.slice(1)).toEqual(leavesWill ? [] : ["closed: disconnected"]);
});

test("a short cut holds messages back and loses none", () => {
  const { clock, broker, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const site = client(park, "park", death);
  site.link.publish(publish(data, "in flight"));
  broker.path("penstock/park").cut();
  expect(site.link.publish(publish(data, "during"))).toBe(true);
  clock.advance(seconds(20));
  expect(aggregator.events).toEqual(["connected"]);
  broker.path("penstock/park").mend();
  site.link.publish(publish(data, "after"));
  clock.advance(seconds(60));
  expect(aggregator.events).toEqual(["connected", `${data} in flight`, `${data} during`, `${data} after`]);
  expect(site.events).toEqual(["connected"]);
});

test("a long cut is half open until one and a half keep-alives: then both ends know, and the will goes out", () => {
  const { clock, broker, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const site = client(park, "park", death);
  broker.path("penstock/park").cut();
  site.link.publish(publish(data, "lost"));
  clock.advance(seconds(44.9));
  expect(site.events).toEqual(["connected"]);
  clock.advance(seconds(0.2));
  expect(site.events).toEqual(["connected", "closed: keep alive timeout"]);
  expect(aggregator.events).toEqual(["connected", `${death.topic} bye`]);

  site.link.connect({ clientId: "park", keepAliveS: 30 });
  clock.advance(seconds(11));
  expect(site.events.at(-1)).toBe("closed: connecting timed out");
  broker.path("penstock/park").mend();
  site.link.connect({ clientId: "park", keepAliveS: 30 });
  clock.advance(Ms(2));
  expect(site.events.at(-1)).toBe("connected");
  clock.advance(seconds(60));
  expect(aggregator.events).toEqual(["connected", `${death.topic} bye`]);
});

test("a socket nobody empties is full after a while, and says so", () => {
  const { broker, client } = world();
  const site = client(park, "park");
  broker.path("penstock/park").cut();
  let taken = 0;
  while (site.link.publish(publish(data, "x")) && taken < 10_000) taken++;
  expect(taken).toBe(1000);
});

test("the same client identifier takes its session over; another identity's is left alone", () => {
  const { clock, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  const first = client(park, "park", death);
  const stranger = client({ role: "site", group: "penstock", node: "street" }, "park");
  clock.advance(seconds(1));
  expect(first.events).toEqual(["connected"]);
  client(park, "park", death);
  clock.advance(seconds(1));
  expect(first.events).toEqual(["connected", "closed: another session took over"]);
  expect(aggregator.events).toEqual(["connected", `${death.topic} bye`]);
  expect(stranger.events).toEqual(["connected"]);
});

test("a site that speaks for another, or gives itself a command, is thrown out", () => {
  const { clock, seen, client } = world();
  const aggregator = client(host, "cloud");
  aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
  for (const topic of ["spBv1.0/penstock/NDATA/street", command]) {
    const site = client(park, "park");
    site.link.publish(publish(topic, "forged"));
    clock.advance(seconds(1));
    expect(site.events).toEqual(["connected", "closed: not authorized to publish"]);
  }
  expect(aggregator.events).toEqual(["connected"]);
  expect(seen.map(({ from, deliveries }) => [from, deliveries])).toEqual([
    ["penstock/park", undefined],
    ["penstock/park", undefined],
  ]);
});

test("a site hears only its own commands", () => {
  const { clock, client } = world();
  const site = client({ role: "site", group: "penstock", node: "street" }, "street");
  site.link.subscribe([
    { topic: "#", qos: 1 },
    { topic: command, qos: 1 },
    { topic: "spBv1.0/penstock/NCMD/street", qos: 1 },
  ]);
  const aggregator = client(host, "cloud");
  aggregator.link.publish(publish(command, "lease", 1));
  aggregator.link.publish(publish("spBv1.0/penstock/NCMD/street", "lease", 1));
  clock.advance(Ms(5));
  expect(site.events).toEqual(["connected", "spBv1.0/penstock/NCMD/street lease"]);
});

test("a lossy path loses some QoS 0 and no QoS 1, the same ones for the same seed", () => {
  const run = (seed: string) => {
    const { clock, broker, client } = world(seed);
    const aggregator = client(host, "cloud");
    aggregator.link.subscribe([{ topic: "spBv1.0/#", qos: 1 }]);
    const site = client(park, "park");
    broker.path("penstock/park").dropQos0(0.3);
    for (let i = 0; i < 200; i++) site.link.publish(publish(data, `${i}`, i % 2 === 0 ? 1 : 0));
    clock.advance(seconds(1));
    return aggregator.events.slice(1).map((event) => Number(event.split(" ")[1]));
  };
  const arrived = run("7");
  expect(arrived.filter((i) => i % 2 === 0)).toHaveLength(100);
  const lossy = arrived.filter((i) => i % 2 === 1).length;
  expect(lossy).toBeGreaterThan(50);
  expect(lossy).toBeLessThan(90);
  expect(run("7")).toEqual(arrived);
  expect(run("8")).not.toEqual(arrived);
});

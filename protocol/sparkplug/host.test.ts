import { expect, test } from "vitest";
import { invariant } from "../result/index.ts";
import { Rng } from "../rng/index.ts";
import {
  DataType,
  decodePayload,
  encodePayload,
  type HostAction,
  type HostEvent,
  hostStateMessage,
  type Payload,
  SparkplugEdgeNode,
  SparkplugHost,
} from "./index.ts";

const t0 = 1_767_225_600_000;
const newHost = () => new SparkplugHost({ hostId: "cloud", reorderTimeoutMs: 2000 });

function onlineHost(): SparkplugHost {
  const host = newHost();
  host.handle({ type: "start" }, t0);
  host.handle({ type: "connected" }, t0 + 50);
  return host;
}

const message = (topic: string, payload: Payload): HostEvent => ({
  type: "message",
  topic,
  payload: encodePayload(payload),
});
const nbirth = (bdSeq = 7, seq = 0) =>
  message("spBv1.0/nsw/NBIRTH/park", {
    timestampMs: t0,
    seq,
    metrics: [
      { name: "bdSeq", timestampMs: t0, datatype: DataType.Int64, value: bdSeq },
      { name: "Node Control/Rebirth", timestampMs: t0, datatype: DataType.Boolean, value: false },
      { name: "Site/P", alias: 1, timestampMs: t0, datatype: DataType.Double, value: -12.5 },
      { name: "Site/Err", alias: 2, timestampMs: t0, datatype: DataType.Int32, isNull: true },
    ],
  });
const dbirth = (seq: number, device = "unit-1", alias = 10) =>
  message(`spBv1.0/nsw/DBIRTH/park/${device}`, {
    timestampMs: t0,
    seq,
    metrics: [{ name: "W", alias, timestampMs: t0, datatype: DataType.Int32, value: 5 }],
  });
const ndata = (seq: number, value = seq) =>
  message("spBv1.0/nsw/NDATA/park", {
    timestampMs: t0 + seq,
    seq,
    metrics: [{ alias: 1, timestampMs: t0 + seq, value }],
  });
const ddata = (seq: number, device = "unit-1", alias = 10) =>
  message(`spBv1.0/nsw/DDATA/park/${device}`, {
    timestampMs: t0,
    seq,
    metrics: [{ alias, timestampMs: t0, value: -3, datatype: DataType.Int32 }],
  });
const ndeath = (bdSeq: number) =>
  message("spBv1.0/nsw/NDEATH/park", {
    timestampMs: t0,
    metrics: [{ name: "bdSeq", datatype: DataType.Int64, value: bdSeq }],
  });

function run(host: SparkplugHost, events: readonly HostEvent[], nowMs = t0 + 100): HostAction[] {
  return events.flatMap((event) => host.handle(event, nowMs));
}
const typesOf = (actions: readonly HostAction[]) => actions.map(({ type }) => type);
const valuesOf = (actions: readonly HostAction[]) =>
  actions.flatMap((action) => (action.type === "data" ? action.metrics.map(({ value }) => value) : []));
const rebirths = (actions: readonly HostAction[]) =>
  actions.flatMap((action) => (action.type === "rebirth-requested" ? [action.because] : []));

test("tck host-topic-phid-death-*, operational-behavior-host-application-connect-will-*: the will is our own offline, retained", () => {
  const [connect] = newHost().handle({ type: "start" }, t0);
  invariant(connect?.type === "connect", "start connects");
  expect(connect.session.will).toEqual(hostStateMessage("cloud", { online: false, timestampMs: t0 }));
});

test("tck message-flow-phid-sparkplug-subscription, host-topic-phid-birth-*: subscribe first, then the birth with the will's timestamp", () => {
  const host = newHost();
  host.handle({ type: "start" }, t0);
  const [subscribe, publish] = host.handle({ type: "connected" }, t0 + 50);
  invariant(subscribe?.type === "subscribe", "the first action subscribes");
  expect(subscribe.subscriptions).toContainEqual({ topic: "spBv1.0/STATE/cloud", qos: 1 });
  expect(subscribe.subscriptions).toContainEqual({ topic: "spBv1.0/+/NDEATH/+", qos: 1 });
  expect(subscribe.subscriptions).toContainEqual({ topic: "spBv1.0/+/DDATA/+/+", qos: 0 });
  expect(publish).toEqual({ type: "publish", message: hostStateMessage("cloud", { online: true, timestampMs: t0 }) });
});

test("tck message-flow-hid-sparkplug-state-message-delivered: told that we are offline, we say that we are not", () => {
  const host = onlineHost();
  const stateOf = (hostId: string, online: boolean): HostEvent => ({
    type: "message",
    ...hostStateMessage(hostId, { online, timestampMs: t0 + 9 }),
  });
  const online = { type: "publish", message: hostStateMessage("cloud", { online: true, timestampMs: t0 }) };
  expect(run(host, [stateOf("cloud", false)])).toEqual([online]);
  expect(run(host, [stateOf("cloud", true), stateOf("other", false)])).toEqual([]);
});

test("tck host-topic-phid-death-payload-timestamp-disconnect-clean: stopping says offline now, then disconnects", () => {
  expect(onlineHost().handle({ type: "stop" }, t0 + 500)).toEqual([
    { type: "publish", message: hostStateMessage("cloud", { online: false, timestampMs: t0 + 500 }) },
    { type: "disconnect" },
  ]);
});

test("a birth names, types and times every metric", () => {
  const [born] = run(onlineHost(), [nbirth()]);
  const at = { timestampMs: t0, isHistorical: false };
  expect(born).toEqual({
    type: "node-born",
    groupId: "nsw",
    nodeId: "park",
    bdSeq: 7,
    atMs: t0,
    metrics: [
      { name: "bdSeq", datatype: DataType.Int64, value: 7, ...at },
      { name: "Node Control/Rebirth", datatype: DataType.Boolean, value: false, ...at },
      { name: "Site/P", datatype: DataType.Double, value: -12.5, ...at },
      { name: "Site/Err", datatype: DataType.Int32, value: null, ...at },
    ],
  });
});

test("data by alias come with name and type, history stays history", () => {
  const history = message("spBv1.0/nsw/NDATA/park", {
    timestampMs: t0,
    seq: 1,
    metrics: [
      { alias: 2, timestampMs: t0 - 9000, isHistorical: true, datatype: DataType.Int32, value: -5 },
      { alias: 1, isNull: true },
    ],
  });
  expect(run(onlineHost(), [nbirth(), history])[1]).toMatchObject({
    type: "data",
    metrics: [
      { name: "Site/Err", datatype: DataType.Int32, value: -5, timestampMs: t0 - 9000, isHistorical: true },
      { name: "Site/P", value: null, timestampMs: t0, isHistorical: false },
    ],
  });
});

test("tck operational-behavior-host-reordering-success: messages out of order are put in order, and nothing is asked", () => {
  const host = onlineHost();
  const actions = run(host, [nbirth(), ndata(3), ndata(2), ndata(1), ndata(4)]);
  expect(valuesOf(actions)).toEqual([1, 2, 3, 4]);
  expect(rebirths([...actions, ...host.handle({ type: "tick" }, t0 + 60_000)])).toEqual([]);
});

test("tck operational-behavior-host-reordering-start, -rebirth: a gap that stays open asks for a rebirth, and hands on what is there", () => {
  const host = onlineHost();
  expect(valuesOf(run(host, [nbirth(), ndata(1), ndata(4), ndata(3)]))).toEqual([1]);
  expect(host.handle({ type: "tick" }, t0 + 2099)).toEqual([]);
  const late = host.handle({ type: "tick" }, t0 + 2100);
  expect(valuesOf(late)).toEqual([3, 4]);
  expect(rebirths(late)).toEqual(["sequence-gap"]);
  const ncmd = late.at(-1);
  invariant(ncmd?.type === "publish", "the request is published");
  expect(ncmd.message).toMatchObject({ topic: "spBv1.0/nsw/NCMD/park", qos: 0, retain: false });
  const payload = decodePayload(ncmd.message.payload);
  expect(payload).toMatchObject({
    ok: true,
    value: { timestampMs: t0 + 2100, metrics: [{ name: "Node Control/Rebirth", value: true }] },
  });
  expect(payload.ok && payload.value).not.toHaveProperty("seq");
});

test("after a gap was given up, counting goes on from what came last", () => {
  const host = onlineHost();
  run(host, [nbirth(), ndata(2), ndata(3)]);
  host.handle({ type: "tick" }, t0 + 5000);
  expect(valuesOf(run(host, [ndata(5)]))).toEqual([]);
  expect(valuesOf(run(host, [ndata(4)]))).toEqual([4, 5]);
});

test("a message repeated late does not spoil the count", () => {
  const host = onlineHost();
  run(host, [nbirth(), ndata(1), ndata(2), ndata(3), ndata(1), ndata(4)]);
  host.handle({ type: "tick" }, t0 + 5000);
  expect(valuesOf(run(host, [ndata(5), ndata(6)]))).toEqual([5, 6]);
});

test("a clock set back does not make a gap wait for it", () => {
  const host = onlineHost();
  run(host, [nbirth(), ndata(2)]);
  expect(rebirths(host.handle({ type: "tick" }, t0 - 3600_000))).toEqual(["sequence-gap"]);
});

test("a rebirth after a gap starts a clean count", () => {
  const host = onlineHost();
  run(host, [nbirth(), ndata(9)]);
  const actions = run(host, [nbirth(7), ndata(1)]);
  expect(valuesOf(actions)).toEqual([9, 1]);
  expect(rebirths(host.handle({ type: "tick" }, t0 + 60_000))).toEqual([]);
});

test.each<[string, HostEvent[], string]>([
  ["data before any birth", [ndata(1)], "not-born"],
  ["an alias nobody announced", [nbirth(), ddataOfNode(99)], "unknown-metric"],
  ["data of a device nobody announced", [nbirth(), ddata(1)], "unknown-device"],
  ["the alias of another device", [nbirth(), dbirth(1), ddata(2, "unit-1", 1)], "unknown-metric"],
])("%s ask for a rebirth", (_, events, because) => {
  expect(rebirths(run(onlineHost(), events))).toEqual([because]);
});

function ddataOfNode(alias: number): HostEvent {
  return message("spBv1.0/nsw/NDATA/park", { timestampMs: t0, seq: 1, metrics: [{ alias, value: 1 }] });
}

test("a node is asked once in ten seconds, and what was postponed is asked by a tick", () => {
  const host = onlineHost();
  const asked: [number, string[]][] = [];
  for (let s = 0; s < 25; s++) asked.push([s, rebirths(host.handle(ndata(s), t0 + s * 1000))]);
  expect(asked.filter(([, because]) => because.length > 0)).toEqual([0, 10, 20].map((s) => [s, ["not-born"]]));
  expect(rebirths(host.handle({ type: "tick" }, t0 + 29_999))).toEqual([]);
  expect(rebirths(host.handle({ type: "tick" }, t0 + 30_000))).toEqual(["not-born"]);
  expect(rebirths(host.handle({ type: "tick" }, t0 + 50_000))).toEqual([]);
});

test("tck operational-behavior-edge-node-termination-host-action-ndeath-*: a death takes node and devices, by the host's clock", () => {
  const host = onlineHost();
  const actions = run(host, [nbirth(), dbirth(1), dbirth(2, "unit-2", 11), ndeath(7)], t0 + 777).slice(3);
  const at = { groupId: "nsw", nodeId: "park", atMs: t0 + 777 };
  expect(actions).toEqual([
    { type: "device-dead", device: "unit-1", because: "node-death", ...at },
    { type: "device-dead", device: "unit-2", because: "node-death", ...at },
    { type: "node-dead", because: "death", ...at },
  ]);
  expect(host.isBorn("nsw", "park")).toBe(false);
});

test("the late will of an earlier session does not bury the living", () => {
  const host = onlineHost();
  expect(run(host, [nbirth(8), ndeath(7)]).map(({ type }) => type)).toEqual(["node-born"]);
  expect(host.isBorn("nsw", "park")).toBe(true);
  expect(run(host, [ndeath(8), ndeath(8)]).map(({ type }) => type)).toEqual(["node-dead"]);
});

test("tck operational-behavior-edge-node-termination-host-action-ddeath-*: a device dies by its own timestamp, and its data after ask again", () => {
  const host = onlineHost();
  const ddeath = message("spBv1.0/nsw/DDEATH/park/unit-1", { timestampMs: t0 + 42, seq: 2, metrics: [] });
  const actions = run(host, [nbirth(), dbirth(1), ddeath]);
  expect(actions.at(-1)).toEqual({
    type: "device-dead",
    device: "unit-1",
    because: "death",
    groupId: "nsw",
    nodeId: "park",
    atMs: t0 + 42,
  });
  expect(rebirths(run(host, [ddata(3)]))).toEqual(["unknown-device"]);
});

test("a rebirth ends its devices and they come again", () => {
  const actions = run(onlineHost(), [nbirth(), dbirth(1), nbirth(), dbirth(1)]);
  expect(typesOf(actions)).toEqual(["node-born", "device-born", "device-dead", "node-born", "device-born"]);
  expect(actions[2]).toMatchObject({ because: "rebirth" });
});

test("a host that lost its link knows of nobody", () => {
  const host = onlineHost();
  run(host, [nbirth(), dbirth(1)]);
  expect(host.handle({ type: "closed" }, t0)).toMatchObject([
    { type: "device-dead" },
    { type: "node-dead", because: "host-disconnected" },
  ]);
  host.handle({ type: "start" }, t0);
  host.handle({ type: "connected" }, t0);
  expect(rebirths(run(host, [ndata(1)]))).toEqual(["not-born"]);
});

test("commands have a timestamp and no seq; by alias where the birth gave one, by name where not", () => {
  const host = onlineHost();
  const metrics = [{ name: "W", datatype: DataType.Int32, value: -5 }];
  const read = () => {
    const command = host.command("nsw", "park", metrics, t0 + 5, "unit-1");
    expect(command).toMatchObject({ topic: "spBv1.0/nsw/DCMD/park/unit-1", qos: 0, retain: false });
    return decodePayload(command.payload);
  };
  const common = { timestampMs: t0 + 5, datatype: DataType.Int32, value: -5 };
  expect(read()).toEqual({ ok: true, value: { timestampMs: t0 + 5, metrics: [{ name: "W", ...common }] } });
  run(host, [nbirth(), dbirth(1)]);
  expect(read()).toEqual({ ok: true, value: { timestampMs: t0 + 5, metrics: [{ alias: 10, ...common }] } });
});

test.each<[string, HostEvent, string]>([
  [
    "bytes that are no payload",
    { type: "message", topic: "spBv1.0/nsw/NBIRTH/park", payload: Uint8Array.of(0x12) },
    "sparkplug.malformed-payload",
  ],
  ["a strange topic", message("spBv1.0/nsw", { metrics: [] }), "sparkplug.not-a-topic"],
  [
    "a birth without bdSeq",
    message("spBv1.0/nsw/NBIRTH/park", { seq: 0, metrics: [] }),
    "sparkplug.birth-without-bdseq",
  ],
])("%s is refused and changes nothing", (_, event, code) => {
  const host = onlineHost();
  run(host, [nbirth()]);
  expect(run(host, [event])).toMatchObject([{ type: "refused", error: { code } }]);
  expect(valuesOf(run(host, [ndata(1)]))).toEqual([1]);
});

test("a value that cannot be of its type is refused by itself", () => {
  const event = message("spBv1.0/nsw/NDATA/park", {
    timestampMs: t0,
    seq: 1,
    metrics: [
      { alias: 2, value: "x" },
      { alias: 1, value: 4 },
    ],
  });
  const actions = run(onlineHost(), [nbirth(), event]).slice(1);
  expect(actions).toMatchObject([{ type: "refused", error: { code: "sparkplug.wrong-type" } }, { type: "data" }]);
  expect(valuesOf(actions)).toEqual([4]);
});

test("a host remembers only so many nodes", () => {
  const host = new SparkplugHost({ hostId: "cloud", reorderTimeoutMs: 1, nodesMax: 1 });
  host.handle({ type: "start" }, t0);
  host.handle({ type: "connected" }, t0);
  const other = { ...nbirth(), topic: "spBv1.0/nsw/NBIRTH/feeder" };
  expect(typesOf(run(host, [nbirth(), other, ndata(1)]))).toEqual(["node-born", "refused", "data"]);
});

test("over a network that reorders, an edge node and a host understand each other completely", () => {
  for (let seed = 0; seed < 50; seed++) {
    const rng = new Rng(`sparkplug-reorder-${seed}`);
    const host = onlineHost();
    const node = new SparkplugEdgeNode({ groupId: "nsw", nodeId: "park", bdSeq: 255 });
    node.handle({ type: "start" }, t0);
    node.handle({ type: "connected" }, t0);
    const births = node.birth([{ name: "n", datatype: DataType.Int32, value: -1 }], [], t0);
    for (const action of births) {
      if (action.type === "publish") host.handle({ type: "message", ...action.message }, t0);
    }
    const wire = Array.from({ length: 600 }, (_, n) =>
      node.data([{ name: "n", value: n, timestampMs: t0 + n }], t0 + n),
    );
    // Swaps of near neighbours: what a broker with several threads does.
    for (let i = 0; i + 3 < wire.length; i++) {
      const j = i + rng.integer(0, 4);
      [wire[i], wire[j]] = [wire[j], wire[i]];
    }
    const received = wire.flatMap((sent) => (sent ? host.handle({ type: "message", ...sent }, t0) : []));
    expect(valuesOf(received)).toEqual(Array.from({ length: 600 }, (_, n) => n));
    expect(rebirths([...received, ...host.handle({ type: "tick" }, t0 + 60_000)])).toEqual([]);
  }
});

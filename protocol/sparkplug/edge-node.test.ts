import { expect, test } from "vitest";
import type { MqttMessage } from "../link/index.ts";
import { invariant } from "../result/index.ts";
import {
  type BirthMetric,
  DataType,
  decodePayload,
  type EdgeAction,
  encodePayload,
  hostStateMessage,
  type Metric,
  type Payload,
  quality,
  SparkplugEdgeNode,
} from "./index.ts";

const t0 = 1_767_225_600_000;
const power: BirthMetric = { name: "Site/P", datatype: DataType.Double, value: -12.5 };
const soc: BirthMetric = { name: "Site/SoC", datatype: DataType.Float, value: 53.25 };
const lease: BirthMetric = { name: "Dispatch/Lease", datatype: DataType.Bytes, value: null };
const unit = { id: "unit-1", metrics: [{ name: "W", datatype: DataType.Int32, value: 5 }] };

const newNode = (options: { primaryHostId?: string; bdSeq?: number; walksServers?: boolean } = {}) =>
  new SparkplugEdgeNode({ groupId: "nsw", nodeId: "park", bdSeq: 255, ...options });

function bornNode(options: Parameters<typeof newNode>[0] = {}): SparkplugEdgeNode {
  const node = newNode(options);
  node.handle({ type: "start" }, t0);
  node.handle({ type: "connected" }, t0);
  if (options.primaryHostId !== undefined) node.handle(state(options.primaryHostId, true, t0), t0);
  node.birth([power, soc, lease], [unit], t0);
  return node;
}

const payloadOf = (message: MqttMessage | undefined): Payload => {
  const decoded = decodePayload(message?.payload ?? Uint8Array.of(0));
  invariant(decoded.ok, "what a node publishes can be read");
  return decoded.value;
};
const published = (actions: readonly EdgeAction[]) =>
  actions.flatMap((action) => (action.type === "publish" ? [action.message] : []));
const typesOf = (actions: readonly EdgeAction[]) => actions.map(({ type }) => type);
const state = (hostId: string, online: boolean, timestampMs: number) => {
  const { topic, payload } = hostStateMessage(hostId, { online, timestampMs });
  return { type: "message", topic, payload } as const;
};
const command = (verb: string, metrics: readonly Metric[], device = "") => ({
  type: "message" as const,
  topic: `spBv1.0/nsw/${verb}/park${device === "" ? "" : `/${device}`}`,
  payload: encodePayload({ timestampMs: t0, metrics }),
});
const rebirth = (value: boolean) =>
  command("NCMD", [{ name: "Node Control/Rebirth", datatype: DataType.Boolean, value }]);

test("tck message-flow-edge-node-birth-publish-will-message-*: the NDEATH is the will, with the bdSeq the birth will have and no seq", () => {
  const node = newNode();
  const [persist, connect] = node.handle({ type: "start" }, t0);
  expect(persist).toEqual({ type: "persist-bdSeq", value: 0 });
  invariant(connect?.type === "connect", "the second action connects");
  expect(connect.session.will).toMatchObject({ topic: "spBv1.0/nsw/NDEATH/park", qos: 1, retain: false });
  expect(payloadOf(connect.session.will)).toEqual({
    timestampMs: t0,
    metrics: [{ name: "bdSeq", timestampMs: t0, datatype: DataType.Int64, value: 0 }],
  });
  node.handle({ type: "connected" }, t0);
  const [nbirth] = published(node.birth([power], [], t0));
  expect(payloadOf(nbirth).metrics[0]).toMatchObject({ name: "bdSeq", value: 0 });
});

test("tck topics-nbirth-bdseq-increment: every CONNECT has the next bdSeq, and 0 follows 255", () => {
  const node = newNode({ bdSeq: 253 });
  const values = [1, 2, 3, 4].map(() => {
    const [persist] = node.handle({ type: "start" }, t0);
    node.handle({ type: "closed" }, t0);
    return persist?.type === "persist-bdSeq" && persist.value;
  });
  expect(values).toEqual([254, 255, 0, 1]);
});

test("tck message-flow-edge-node-ncmd-subscribe, message-flow-device-dcmd-subscribe: own commands at QoS 1, before births", () => {
  const node = newNode();
  node.handle({ type: "start" }, t0);
  expect(node.handle({ type: "connected" }, t0)).toEqual([
    { type: "subscribe", subscriptions: [{ topic: "spBv1.0/nsw/NCMD/park", qos: 1 }] },
    { type: "rebirth-needed" },
  ]);
  const actions = node.birth([power], [unit], t0);
  expect(actions[0]).toEqual({
    type: "subscribe",
    subscriptions: [{ topic: "spBv1.0/nsw/DCMD/park/unit-1", qos: 1 }],
  });
  expect(typesOf(actions)).toEqual(["subscribe", "publish", "publish", "ready"]);
  expect(typesOf(node.birth([power], [unit], t0))).toEqual(["publish", "publish", "ready"]);
});

test("tck topics-nbirth-*, topics-dbirth-*, payloads-*-requirement: births name, type, time and alias every metric", () => {
  const node = newNode();
  node.handle({ type: "start" }, t0);
  node.handle({ type: "connected" }, t0);
  const [nbirth, dbirth] = published(node.birth([power, soc, lease], [unit], t0));
  expect(nbirth).toMatchObject({ topic: "spBv1.0/nsw/NBIRTH/park", qos: 0, retain: false });
  expect(dbirth).toMatchObject({ topic: "spBv1.0/nsw/DBIRTH/park/unit-1", qos: 0, retain: false });
  const at = { timestampMs: t0 };
  expect(payloadOf(nbirth)).toEqual({
    timestampMs: t0,
    seq: 0,
    metrics: [
      { name: "bdSeq", ...at, datatype: DataType.Int64, value: 0 },
      { name: "Node Control/Rebirth", ...at, datatype: DataType.Boolean, value: false },
      { name: "Site/P", alias: 1, ...at, datatype: DataType.Double, value: -12.5 },
      { name: "Site/SoC", alias: 2, ...at, datatype: DataType.Float, value: 53.25 },
      { name: "Dispatch/Lease", alias: 3, ...at, datatype: DataType.Bytes, isNull: true },
    ],
  });
  expect(payloadOf(dbirth)).toEqual({
    timestampMs: t0,
    seq: 1,
    metrics: [{ name: "W", alias: 4, ...at, datatype: DataType.Int32, value: 5 }],
  });
});

test("tck payloads-alias-data-cmd-requirement, payloads-metric-datatype-not-req: data carry alias, time and value only", () => {
  const node = bornNode();
  const message = node.data([{ name: "Site/P", value: 99.75, timestampMs: t0 + 1000 }], t0 + 1001);
  expect(message).toMatchObject({ topic: "spBv1.0/nsw/NDATA/park", qos: 0, retain: false });
  expect(payloadOf(message)).toEqual({
    timestampMs: t0 + 1001,
    seq: 2,
    metrics: [{ alias: 1, timestampMs: t0 + 1000, value: 99.75 }],
  });
  const device = node.data([{ name: "W", value: -5, timestampMs: t0 }], t0, { device: "unit-1" });
  expect(device?.topic).toBe("spBv1.0/nsw/DDATA/park/unit-1");
  expect(payloadOf(device)).toMatchObject({ seq: 3, metrics: [{ alias: 4 }] });
});

test("tck payloads-sequence-num-incrementing: 0 follows 255, over node, devices and deaths alike", () => {
  const node = bornNode();
  const seqs: (number | undefined)[] = [];
  for (let i = 0; i < 600; i++) {
    const change = { value: i, timestampMs: t0 };
    const kinds = [
      () => node.data([{ name: "W", ...change }], t0, { device: "unit-1" }),
      () => node.data([{ name: "Site/P", ...change }], t0),
      () => published(node.deviceDeath("unit-1", t0))[0],
      () => published(node.deviceBirth(unit, t0))[0],
    ];
    const sent = kinds[i % kinds.length]?.();
    seqs.push(payloadOf(sent).seq);
  }
  expect(seqs).toEqual(Array.from({ length: 600 }, (_, i) => (i + 2) % 256));
});

test("tck operational-behavior-data-publish-nbirth-order: live values stand in the order of time, history as it comes", () => {
  const node = bornNode();
  const changes = [t0 + 2, t0 + 1].map((timestampMs) => ({ name: "Site/P", value: timestampMs, timestampMs }));
  expect(payloadOf(node.data(changes, t0)).metrics.map(({ timestampMs }) => timestampMs)).toEqual([t0 + 1, t0 + 2]);
  const history = payloadOf(node.data(changes, t0, { historical: true })).metrics;
  expect(history.map(({ timestampMs, isHistorical }) => [timestampMs, isHistorical])).toEqual([
    [t0 + 2, true],
    [t0 + 1, true],
  ]);
});

test("nothing is sent before birth, and a metric no birth named spends no sequence number", () => {
  const change = [{ name: "Site/P", value: 1, timestampMs: t0 }];
  expect(newNode().data(change, t0)).toBeUndefined();
  expect(newNode().birth([power], [], t0)).toEqual([]);
  expect(newNode().deviceBirth(unit, t0)).toEqual([]);
  const node = bornNode();
  expect(node.data([{ name: "Site/Q", value: 1, timestampMs: t0 }], t0)).toBeUndefined();
  expect([node.knows("Site/P"), node.knows("Site/Q"), node.knows("W"), node.knows("W", "unit-1")]).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect(payloadOf(node.data(change, t0)).seq).toBe(2);
});

test("a value that does not fit its type is sent as null of bad quality, the others as they are", () => {
  const node = bornNode();
  const sent = node.data(
    [
      { name: "W", value: 3e9, timestampMs: t0 },
      { name: "W", value: 3, timestampMs: t0 },
    ],
    t0,
    { device: "unit-1" },
  );
  expect(payloadOf(sent).metrics).toEqual([
    { alias: 4, timestampMs: t0, isNull: true, properties: quality.bad },
    { alias: 4, timestampMs: t0, value: 3 },
  ]);
});

test("tck payloads-ddeath-*: a lost device dies once, with a seq, and is born again", () => {
  const node = bornNode();
  const [ddeath] = published(node.deviceDeath("unit-1", t0 + 5));
  expect(ddeath).toMatchObject({ topic: "spBv1.0/nsw/DDEATH/park/unit-1", qos: 0, retain: false });
  expect(payloadOf(ddeath)).toEqual({ timestampMs: t0 + 5, seq: 2, metrics: [] });
  expect(node.deviceDeath("unit-1", t0)).toEqual([]);
  expect(node.data([{ name: "W", value: 1, timestampMs: t0 }], t0, { device: "unit-1" })).toBeUndefined();
  expect(payloadOf(published(node.deviceBirth(unit, t0))[0])).toMatchObject({ seq: 3, metrics: [{ alias: 4 }] });
});

test("tck operational-behavior-data-commands-rebirth-action-*: data stop at once, births follow with the same bdSeq and seq 0", () => {
  const node = bornNode({ bdSeq: 6 });
  expect(typesOf(node.handle(rebirth(true), t0))).toEqual(["not-ready", "rebirth-needed"]);
  expect(node.data([{ name: "Site/P", value: 1, timestampMs: t0 }], t0)).toBeUndefined();
  const [nbirth, dbirth] = published(node.birth([power], [unit], t0 + 9));
  expect(payloadOf(nbirth)).toMatchObject({ seq: 0, metrics: [{ name: "bdSeq", value: 7 }, { value: false }, {}] });
  expect(payloadOf(dbirth).seq).toBe(1);
  expect(node.isBorn).toBe(true);
});

test("a rebirth of false asks for nothing, and a second request before the birth nothing more", () => {
  const node = bornNode();
  expect(node.handle(rebirth(false), t0)).toEqual([]);
  node.handle(rebirth(true), t0);
  expect(node.handle(rebirth(true), t0)).toEqual([]);
});

test("births that changed are announced anew", () => {
  const node = bornNode();
  expect(typesOf(node.handle({ type: "births-changed" }, t0))).toEqual(["not-ready", "rebirth-needed"]);
  expect(newNode().handle({ type: "births-changed" }, t0)).toEqual([]);
});

test("commands arrive by name or by alias, each with the type the birth gave it", () => {
  const node = bornNode();
  const bytes = Uint8Array.of(1, 2);
  expect(node.handle(command("NCMD", [{ alias: 3, value: bytes }]), t0)).toEqual([
    { type: "command", metrics: [{ name: "Dispatch/Lease", datatype: DataType.Bytes, value: bytes }] },
  ]);
  const byName = command("DCMD", [{ name: "W", timestampMs: t0, datatype: DataType.Int32, value: -7 }], "unit-1");
  expect(node.handle(byName, t0)).toEqual([
    {
      type: "command",
      device: "unit-1",
      metrics: [{ name: "W", datatype: DataType.Int32, value: -7, timestampMs: t0 }],
    },
  ]);
  expect(node.handle(command("NCMD", [{ name: "Site/P", isNull: true }]), t0)).toMatchObject([
    { metrics: [{ value: null }] },
  ]);
});

test.each<[string, ReturnType<typeof command>, string]>([
  ["a metric nobody announced", command("NCMD", [{ name: "Site/Q", value: 1 }]), "sparkplug.unknown-metric"],
  ["another device's alias", command("DCMD", [{ alias: 1, value: 1 }], "unit-1"), "sparkplug.unknown-metric"],
  ["a device nobody announced", command("DCMD", [{ name: "W", value: 1 }], "unit-9"), "sparkplug.unknown-metric"],
  ["a value of another type", command("NCMD", [{ name: "Dispatch/Lease", value: true }]), "sparkplug.wrong-type"],
  ["no value", command("NCMD", [{ name: "Site/P" }]), "sparkplug.wrong-type"],
  [
    "bytes that are no payload",
    { ...command("NCMD", []), payload: Uint8Array.of(0x12) },
    "sparkplug.malformed-payload",
  ],
  ["a strange topic", { ...command("NCMD", []), topic: "spBv1.0/x" }, "sparkplug.not-a-topic"],
])("a command with %s is refused and the rest of the node lives on", (_, event, code) => {
  const node = bornNode();
  expect(node.handle(event, t0)).toMatchObject([{ type: "refused", error: { code } }]);
  expect(node.isBorn).toBe(true);
});

test("what is good in a command with a bad part is carried out", () => {
  const event = command("NCMD", [
    { name: "Site/Q", value: 1 },
    { alias: 1, value: 2.5, datatype: DataType.Double },
  ]);
  expect(typesOf(bornNode().handle(event, t0))).toEqual(["refused", "command"]);
});

test("a node not yet born obeys nobody, and nobody else's commands are ours", () => {
  const node = newNode({ primaryHostId: "cloud" });
  node.handle({ type: "start" }, t0);
  node.handle({ type: "connected" }, t0);
  expect(node.handle(rebirth(true), t0)).toMatchObject([{ type: "refused", error: { code: "sparkplug.not-born" } }]);
  const foreign = { ...rebirth(true), topic: "spBv1.0/nsw/NCMD/feeder" };
  expect(bornNode().handle(foreign, t0)).toEqual([]);
});

test("an alias keeps its metric for good, so a command on its way cannot reach another", () => {
  const node = bornNode();
  node.handle(rebirth(true), t0);
  const [nbirth] = published(node.birth([{ ...power, name: "Site/New" }, soc], [], t0));
  const aliases = payloadOf(nbirth)
    .metrics.slice(2)
    .map(({ name, alias }) => [name, alias]);
  expect(aliases).toEqual([
    ["Site/New", 5],
    ["Site/SoC", 2],
  ]);
  expect(node.handle(command("NCMD", [{ alias: 1, value: 1 }]), t0)).toMatchObject([{ type: "refused" }]);
});

test("a birth that names a metric twice is our mistake", () => {
  const node = newNode();
  node.handle({ type: "start" }, t0);
  node.handle({ type: "connected" }, t0);
  expect(() => node.birth([power, power], [], t0)).toThrow("twice");
});

test("tck operational-behavior-edge-node-intentional-disconnect-ndeath: stopping tells first, then disconnects", () => {
  const node = bornNode({ bdSeq: 3 });
  const actions = node.handle({ type: "stop" }, t0 + 1);
  expect(typesOf(actions)).toEqual(["not-ready", "publish", "disconnect"]);
  expect(published(actions)[0]).toMatchObject({ topic: "spBv1.0/nsw/NDEATH/park", retain: false });
  expect(payloadOf(published(actions)[0])).toMatchObject({ metrics: [{ name: "bdSeq", value: 4 }] });
  expect(node.handle({ type: "stop" }, t0)).toEqual([]);
  expect(node.handle({ type: "closed" }, t0)).toEqual([]);
  expect(typesOf(node.handle({ type: "start" }, t0))).toEqual(["persist-bdSeq", "connect"]);
});

test("a link that breaks takes the births with it", () => {
  const node = bornNode();
  expect(node.handle({ type: "closed" }, t0)).toEqual([{ type: "not-ready" }]);
  expect(node.data([{ name: "Site/P", value: 1, timestampMs: t0 }], t0)).toBeUndefined();
});

/** Waits for the primary host "cloud". */
function waitingNode(options: { walksServers?: boolean } = {}): SparkplugEdgeNode {
  const node = newNode({ primaryHostId: "cloud", ...options });
  node.handle({ type: "start" }, t0);
  node.handle({ type: "connected" }, t0);
  return node;
}

test("tck message-flow-edge-node-birth-publish-phid-wait-*: births wait for the right host to be online", () => {
  const node = newNode({ primaryHostId: "cloud" });
  node.handle({ type: "start" }, t0);
  expect(node.handle({ type: "connected" }, t0)).toEqual([
    {
      type: "subscribe",
      subscriptions: [
        { topic: "spBv1.0/nsw/NCMD/park", qos: 1 },
        { topic: "spBv1.0/STATE/cloud", qos: 1 },
      ],
    },
  ]);
  expect(node.birth([power], [], t0)).toEqual([]);
  expect(node.handle(state("other", true, t0), t0)).toEqual([]);
  expect(node.handle(state("cloud", false, t0), t0)).toEqual([]);
  expect(node.handle(state("cloud", true, t0), t0)).toEqual([{ type: "rebirth-needed" }]);
  expect(typesOf(node.birth([power], [], t0))).toContain("ready");
  expect(node.handle(state("cloud", true, t0 + 1), t0)).toEqual([]);
});

test("tck message-flow-edge-node-birth-publish-phid-offline: the host's death is followed by NDEATH and disconnect", () => {
  const node = bornNode({ primaryHostId: "cloud" });
  expect(typesOf(node.handle(state("cloud", false, t0), t0))).toEqual(["not-ready", "publish", "disconnect"]);
});

test("tck operational-behavior-edge-node-termination-host-offline-timestamp: an offline older than the last online changes nothing", () => {
  const node = bornNode({ primaryHostId: "cloud" });
  expect(node.handle(state("cloud", false, t0 - 1), t0)).toEqual([]);
  expect(node.isBorn).toBe(true);
});

test("tck operational-behavior-primary-application-state-with-multiple-servers-walk: with several brokers, one where the host is offline is left", () => {
  expect(typesOf(waitingNode({ walksServers: true }).handle(state("cloud", false, t0), t0))).toEqual([
    "publish",
    "disconnect",
  ]);
});

test("tck message-flow-edge-node-birth-publish-phid-wait-timestamp: an online older than what was heard is refused, and a new session looks again", () => {
  const node = waitingNode();
  expect(node.handle(state("cloud", false, t0 + 60_000), t0)).toEqual([]);
  expect(typesOf(node.handle(state("cloud", true, t0), t0))).toEqual(["publish", "disconnect"]);
  node.handle({ type: "closed" }, t0);
  node.handle({ type: "start" }, t0);
  node.handle({ type: "connected" }, t0);
  expect(node.handle(state("cloud", true, t0), t0)).toEqual([{ type: "rebirth-needed" }]);
});

test("a false offline from the far future silences nobody", () => {
  const node = bornNode({ primaryHostId: "cloud" });
  expect(node.handle(state("cloud", false, t0 + 86_400_000), t0)).toEqual([]);
  expect(node.isBorn).toBe(true);
});

test("a STATE that is none is refused", () => {
  const event = { type: "message", topic: "spBv1.0/STATE/cloud", payload: Uint8Array.of(1) } as const;
  expect(waitingNode().handle(event, t0)).toMatchObject([
    { type: "refused", error: { code: "sparkplug.malformed-state" } },
  ]);
});

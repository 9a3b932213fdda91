import type { MqttMessage, MqttSession, MqttSubscription } from "../link/index.ts";
import { type CodedError, fail, invariant, ok, type Result } from "../result/index.ts";
import { DataType } from "./data-type.ts";
import { decodePayload } from "./decode-payload.ts";
import { rebirthName } from "./edge-node.ts";
import { encodePayload } from "./encode-payload.ts";
import {
  commandMetric,
  type HostCommandMetric,
  type HostMetric,
  HostNode,
  type RebirthReason,
  type Sequenced,
} from "./host-node.ts";
import type { Payload } from "./payload.ts";
import { hostStateMessage, parseHostState } from "./state-message.ts";
import { deviceTopic, isSparkplugId, nodeTopic, stateTopic, type Topic, TopicBook } from "./topic.ts";

export interface HostOptions {
  readonly hostId: string;
  /** How long a gap in a node's sequence may stay open before it is asked for a rebirth. */
  readonly reorderTimeoutMs: number;
  /** Groups listened to; all when absent. */
  readonly groupIds?: readonly string[];
  readonly keepAliveS?: number;
  /** Nodes remembered at most; births of more are refused. */
  readonly nodesMax?: number;
}

export type HostEvent =
  | { readonly type: "start" }
  | { readonly type: "connected" }
  | { readonly type: "closed" }
  | { readonly type: "message"; readonly topic: string; readonly payload: Uint8Array }
  /** Now and then, a few times a second is plenty: gaps and postponed requests are looked at. */
  | { readonly type: "tick" }
  | { readonly type: "stop" };

export type HostAction =
  | { readonly type: "connect"; readonly session: MqttSession }
  | { readonly type: "subscribe"; readonly subscriptions: readonly MqttSubscription[] }
  | { readonly type: "publish"; readonly message: MqttMessage }
  | { readonly type: "disconnect" }
  | ({ readonly type: "node-born"; readonly bdSeq: number; readonly metrics: readonly HostMetric[] } & NodeAt)
  | ({ readonly type: "node-dead"; readonly because: "death" | "host-disconnected" } & NodeAt)
  | ({ readonly type: "device-born"; readonly device: string; readonly metrics: readonly HostMetric[] } & NodeAt)
  /** `rebirth`: its node was born anew; where the device is still there, its `device-born` follows at once. */
  | ({
      readonly type: "device-dead";
      readonly device: string;
      readonly because: "death" | "node-death" | "rebirth";
    } & NodeAt)
  | ({ readonly type: "data"; readonly device?: string; readonly metrics: readonly HostMetric[] } & NodeAt)
  /** The NCMD is among the `publish` actions; this says why. */
  | ({ readonly type: "rebirth-requested"; readonly because: RebirthReason } & NodeAt)
  | { readonly type: "refused"; readonly topic: string; readonly error: CodedError };

export interface NodeAt {
  readonly groupId: string;
  readonly nodeId: string;
  /** The payload's own time for births, data and device deaths; the host's for a node's death and requests. */
  readonly atMs: number;
}

/**
 * The host application of Sparkplug B 3.0 as a state machine for many edge nodes: it decides, a shell acts.
 *
 * Data are handed on as they are readable, also after a gap: each value carries its own time, and whether
 * anything is missing is settled by our acknowledged record numbers, not by Sparkplug's byte of sequence.
 * `nowMs` is UTC; a clock that is set back makes a waiting timer fire at once rather than late.
 */
export class SparkplugHost {
  readonly #options: HostOptions;
  readonly #nodes = new Map<string, HostNode>();
  readonly #topics = new TopicBook();
  #state: "stopped" | "connecting" | "online" | "closing" = "stopped";
  /** The instant of the CONNECT: will and birth carry the same. */
  #sessionMs = 0;

  constructor(options: HostOptions) {
    invariant(isSparkplugId(options.hostId), "the host id is a Sparkplug id");
    this.#options = options;
  }

  handle(event: HostEvent, nowMs: number): HostAction[] {
    switch (event.type) {
      case "start":
        return this.#start(nowMs);
      case "connected":
        return this.#connected();
      case "closed":
        return this.#closed(nowMs);
      case "message":
        return this.#state === "online" ? this.#message(event.topic, event.payload, nowMs) : [];
      case "tick":
        return this.#state === "online" ? [...this.#nodes.values()].flatMap((node) => this.#tick(node, nowMs)) : [];
      case "stop":
        return this.#stop(nowMs);
    }
  }

  /**
   * An NCMD, or a DCMD when a device is named. Not retained, at most once: whoever commands waits for an answer.
   * The data type is written although it need not be, since many edge nodes cannot read a value without.
   */
  command(
    groupId: string,
    nodeId: string,
    metrics: readonly HostCommandMetric[],
    nowMs: number,
    device?: string,
  ): MqttMessage {
    const known = this.#nodes.get(keyOf(groupId, nodeId));
    const payload = encodePayload({
      timestampMs: nowMs,
      metrics: metrics.map((metric) =>
        known?.isBorn
          ? known.addressed(device ?? "", metric, nowMs)
          : commandMetric({ name: metric.name }, metric.datatype, metric.value, nowMs),
      ),
    });
    const topic =
      device === undefined ? nodeTopic(groupId, "NCMD", nodeId) : deviceTopic(groupId, "DCMD", nodeId, device);
    return { topic, payload, qos: 0, retain: false };
  }

  isBorn(groupId: string, nodeId: string): boolean {
    return this.#nodes.get(keyOf(groupId, nodeId))?.isBorn === true;
  }

  #start(nowMs: number): HostAction[] {
    if (this.#state !== "stopped") return [];
    this.#state = "connecting";
    this.#sessionMs = nowMs;
    const { hostId, keepAliveS = 15 } = this.#options;
    const will = hostStateMessage(hostId, { online: false, timestampMs: nowMs });
    return [{ type: "connect", session: { clientId: hostId, will, keepAliveS } }];
  }

  #connected(): HostAction[] {
    if (this.#state !== "connecting") return [];
    this.#state = "online";
    const { hostId, groupIds = ["+"] } = this.#options;
    const subscriptions: MqttSubscription[] = [{ topic: stateTopic(hostId), qos: 1 }];
    for (const groupId of groupIds) {
      for (const verb of ["NBIRTH", "NDATA", "NDEATH"] as const) {
        subscriptions.push({ topic: nodeTopic(groupId, verb, "+"), qos: verb === "NDEATH" ? 1 : 0 });
      }
      for (const verb of ["DBIRTH", "DDATA", "DDEATH"] as const) {
        subscriptions.push({ topic: deviceTopic(groupId, verb, "+", "+"), qos: 0 });
      }
    }
    return [{ type: "subscribe", subscriptions }, this.#online()];
  }

  /** A host that hears nothing knows nothing: every node is dead to it until its next birth. */
  #closed(nowMs: number): HostAction[] {
    this.#state = "stopped";
    return [...this.#nodes.values()].flatMap((node) => this.#die(node, nowMs, "host-disconnected"));
  }

  #stop(nowMs: number): HostAction[] {
    if (this.#state === "stopped" || this.#state === "closing") return [];
    const wasOnline = this.#state === "online";
    this.#state = "closing";
    const message = hostStateMessage(this.#options.hostId, { online: false, timestampMs: nowMs });
    return [...(wasOnline ? [{ type: "publish", message } as const] : []), { type: "disconnect" }];
  }

  #online(): HostAction {
    const state = { online: true, timestampMs: this.#sessionMs };
    return { type: "publish", message: hostStateMessage(this.#options.hostId, state) };
  }

  #message(topicText: string, bytes: Uint8Array, nowMs: number): HostAction[] {
    const topic = this.#topics.parse(topicText);
    if (!topic.ok) return [refused(topicText, topic.error)];
    if (topic.value.verb === "STATE") return this.#ownState(topic.value.hostId, bytes);
    if (topic.value.verb === "NCMD" || topic.value.verb === "DCMD") return []; // Of other hosts.
    const payload = decodePayload(bytes);
    if (!payload.ok) return [refused(topicText, payload.error)];
    const node = this.#nodeOf(topic.value);
    if (!node.ok) return [refused(topicText, node.error)];
    const message = { topic: topicText, payload: payload.value };
    if ("deviceId" in topic.value) {
      const { verb, deviceId } = topic.value;
      return this.#sequenced(node.value, { ...message, verb, device: deviceId }, nowMs);
    }
    if (topic.value.verb === "NBIRTH") return this.#nodeBirth(node.value, topicText, payload.value, nowMs);
    if (topic.value.verb === "NDATA") {
      return this.#sequenced(node.value, { ...message, verb: "NDATA", device: "" }, nowMs);
    }
    // A late NDEATH of an earlier session must not bury the living.
    if (!node.value.isBorn || bdSeqOf(payload.value) !== node.value.bdSeq) return [];
    return [...this.#deliverEarly(node.value, nowMs), ...this.#die(node.value, nowMs, "death")];
  }

  /** Someone, or our own late will, says we are offline. We are not. */
  #ownState(hostId: string, bytes: Uint8Array): HostAction[] {
    const state = parseHostState(bytes);
    return hostId === this.#options.hostId && state.ok && !state.value.online ? [this.#online()] : [];
  }

  #nodeOf(topic: Exclude<Topic, { verb: "STATE" }>): Result<HostNode> {
    const { groupId, nodeId } = topic;
    const known = this.#nodes.get(keyOf(groupId, nodeId));
    if (known !== undefined) return ok(known);
    const { nodesMax = 20_000 } = this.#options;
    if (this.#nodes.size >= nodesMax) return fail({ code: "sparkplug.too-many-nodes", nodesMax });
    const node = new HostNode(groupId, nodeId);
    this.#nodes.set(keyOf(groupId, nodeId), node);
    return ok(node);
  }

  #nodeBirth(node: HostNode, topic: string, payload: Payload, nowMs: number): HostAction[] {
    const bdSeq = bdSeqOf(payload);
    if (bdSeq === undefined) return [refused(topic, { code: "sparkplug.birth-without-bdseq" })];
    const before = this.#deliverEarly(node, nowMs);
    const devices = node.deviceIds;
    node.forgetAll();
    node.isBorn = true;
    node.bdSeq = bdSeq;
    node.wantsRebirth = undefined;
    node.expectedSeq = ((payload.seq ?? 0) + 1) & 0xff;
    const { metrics, refused: unreadable } = node.announce("", payload);
    const at = locate(node, payload.timestampMs ?? nowMs);
    return [
      ...before,
      ...devices.map((device): HostAction => ({ type: "device-dead", device, because: "rebirth", ...at })),
      { type: "node-born", bdSeq, metrics, ...at },
      ...unreadable.map((error) => refused(topic, error)),
    ];
  }

  #die(node: HostNode, nowMs: number, because: "death" | "host-disconnected"): HostAction[] {
    if (!node.isBorn) return [];
    const at = locate(node, nowMs);
    const devices = node.deviceIds.map(
      (device): HostAction => ({
        type: "device-dead",
        device,
        because: "node-death",
        ...at,
      }),
    );
    node.forgetAll();
    node.wantsRebirth = undefined;
    return [...devices, { type: "node-dead", because, ...at }];
  }

  #sequenced(node: HostNode, message: Sequenced, nowMs: number): HostAction[] {
    if (!node.isBorn) return this.#askForRebirth(node, "not-born", nowMs);
    const { seq } = message.payload;
    if (seq === undefined || seq > 255) return [refused(message.topic, { code: "sparkplug.bad-seq", seq })];
    node.latestSeq = seq;
    if (seq !== node.expectedSeq) {
      node.early.set(seq, message);
      node.gapSinceMs ??= nowMs;
      return [];
    }
    const actions = this.#apply(node, message, nowMs);
    for (let next = node.early.get(node.expectedSeq); next; next = node.early.get(node.expectedSeq)) {
      node.early.delete(node.expectedSeq);
      actions.push(...this.#apply(node, next, nowMs));
    }
    if (node.early.size === 0) node.gapSinceMs = undefined;
    return actions;
  }

  /**
   * In order, skipping what never came. Then counting goes on from what came last: where that was a repeat of
   * something old, or a node that began to count anew, the rebirth that is asked for sets it right.
   */
  #deliverEarly(node: HostNode, nowMs: number): HostAction[] {
    const distance = (seq: number) => (seq - node.expectedSeq) & 0xff;
    const inOrder = [...node.early.entries()].sort(([a], [b]) => distance(a) - distance(b));
    node.early.clear();
    node.gapSinceMs = undefined;
    const actions = inOrder.flatMap(([, message]) => this.#apply(node, message, nowMs));
    node.expectedSeq = (node.latestSeq + 1) & 0xff;
    return actions;
  }

  #apply(node: HostNode, { topic, verb, device, payload }: Sequenced, nowMs: number): HostAction[] {
    node.expectedSeq = ((payload.seq ?? 0) + 1) & 0xff;
    const at = locate(node, payload.timestampMs ?? nowMs);
    if (verb === "DBIRTH") {
      const { metrics, refused: unreadable } = node.announce(device, payload);
      return [{ type: "device-born", device, metrics, ...at }, ...unreadable.map((error) => refused(topic, error))];
    }
    if (!node.hasDevice(device)) return this.#askForRebirth(node, "unknown-device", nowMs);
    if (verb === "DDEATH") {
      node.forgetDevice(device);
      return [{ type: "device-dead", device, because: "death", ...at }];
    }
    const { metrics, refused: unreadable } = node.read(device, payload);
    const actions: HostAction[] = unreadable.map((error) => refused(topic, error));
    if (metrics.length > 0) actions.push({ type: "data", metrics, ...at, ...(device !== "" && { device }) });
    const unknown = unreadable.some((error) => error.code === "sparkplug.unknown-metric");
    return unknown ? [...actions, ...this.#askForRebirth(node, "unknown-metric", nowMs)] : actions;
  }

  #tick(node: HostNode, nowMs: number): HostAction[] {
    if (node.gapSinceMs !== undefined && hasElapsed(node.gapSinceMs, this.#options.reorderTimeoutMs, nowMs)) {
      return [...this.#deliverEarly(node, nowMs), ...this.#askForRebirth(node, "sequence-gap", nowMs)];
    }
    return node.wantsRebirth === undefined ? [] : this.#askForRebirth(node, node.wantsRebirth, nowMs);
  }

  /** At most one request each ten seconds and node; one that comes too soon is made by a later tick. */
  #askForRebirth(node: HostNode, because: RebirthReason, nowMs: number): HostAction[] {
    node.wantsRebirth = because;
    if (node.rebirthAskedMs !== undefined && !hasElapsed(node.rebirthAskedMs, rebirthEveryMs, nowMs)) return [];
    node.rebirthAskedMs = nowMs;
    node.wantsRebirth = undefined;
    const { groupId, nodeId } = node;
    const metric: HostCommandMetric = { name: rebirthName, datatype: DataType.Boolean, value: true };
    return [
      { type: "rebirth-requested", because, ...locate(node, nowMs) },
      { type: "publish", message: this.command(groupId, nodeId, [metric], nowMs) },
    ];
  }
}

const rebirthEveryMs = 10_000;

const keyOf = (groupId: string, nodeId: string): string => `${groupId}/${nodeId}`;

const locate = ({ groupId, nodeId }: HostNode, atMs: number): NodeAt => ({ groupId, nodeId, atMs });

const refused = (topic: string, error: CodedError): HostAction => ({ type: "refused", topic, error });

/** A start in the future is a clock set back: nobody waits for it to come round again. */
const hasElapsed = (sinceMs: number, durationMs: number, nowMs: number): boolean =>
  nowMs < sinceMs || nowMs - sinceMs >= durationMs;

function bdSeqOf({ metrics }: Payload): number | undefined {
  const value = metrics.find(({ name }) => name === "bdSeq")?.value;
  return typeof value === "number" ? value : undefined;
}

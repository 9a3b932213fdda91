import type { MqttMessage, MqttSession, MqttSubscription } from "../link/index.ts";
import { type CodedError, invariant } from "../result/index.ts";
import { BirthBook, type BirthDevice, type BirthMetric, type DataMetric } from "./birth-book.ts";
import { DataType } from "./data-type.ts";
import { decodePayload } from "./decode-payload.ts";
import { encodePayload } from "./encode-payload.ts";
import type { Metric, MetricValue } from "./payload.ts";
import { PrimaryHost } from "./primary-host.ts";
import { deviceTopic, isSparkplugId, nodeTopic, stateTopic, TopicBook } from "./topic.ts";
import { interpretValue } from "./value.ts";

export interface EdgeNodeOptions {
  readonly groupId: string;
  readonly nodeId: string;
  /** Births wait for this host's STATE. Without it the node is born as soon as it is connected. */
  readonly primaryHostId?: string;
  /** The last one used, as `persist-bdSeq` gave it; 255 when there never was one, so that the first is 0. */
  readonly bdSeq: number;
  readonly keepAliveS?: number;
  /** The shell has several brokers to try: leave one where the primary host is offline. */
  readonly walksServers?: boolean;
}

export type EdgeEvent =
  | { readonly type: "start" }
  | { readonly type: "connected" }
  | { readonly type: "closed" }
  | { readonly type: "message"; readonly topic: string; readonly payload: Uint8Array }
  | { readonly type: "births-changed" }
  | { readonly type: "stop" };

export type EdgeAction =
  /** On disk before the CONNECT that follows. */
  | { readonly type: "persist-bdSeq"; readonly value: number }
  | { readonly type: "connect"; readonly session: MqttSession }
  | { readonly type: "subscribe"; readonly subscriptions: readonly MqttSubscription[] }
  | { readonly type: "publish"; readonly message: MqttMessage }
  /** Call `birth` with everything the node has. */
  | { readonly type: "rebirth-needed" }
  /** Born: data may flow. */
  | { readonly type: "ready" }
  | { readonly type: "not-ready" }
  | { readonly type: "command"; readonly device?: string; readonly metrics: readonly CommandMetric[] }
  | { readonly type: "refused"; readonly topic: string; readonly error: CodedError }
  | { readonly type: "disconnect" };

export interface CommandMetric {
  readonly name: string;
  readonly datatype: DataType;
  readonly value: MetricValue | null;
  readonly timestampMs?: number;
}

/**
 * The edge node of Sparkplug B 3.0 as a state machine: it decides, a shell acts. No clock, no socket, no queue.
 *
 * `start` opens one session (a new bdSeq, its NDEATH as will). When it has closed, for whatever reason, the
 * shell waits its own back-off and sends `start` again. What `birth` and `data` return must be published in
 * order: their sequence numbers are spent. If births are lost to a full link, send `births-changed`.
 */
export class SparkplugEdgeNode {
  readonly #options: EdgeNodeOptions;
  readonly #host: PrimaryHost | undefined;
  readonly #book = new BirthBook();
  readonly #topics = new TopicBook(1_000);
  readonly #commandable = new Set<string>();
  #bdSeq: number;
  #seq = 0;
  #state: "stopped" | "connecting" | "waiting" | "birth-due" | "born" | "closing" = "stopped";

  constructor(options: EdgeNodeOptions) {
    invariant(isSparkplugId(options.groupId) && isSparkplugId(options.nodeId), "group and node are Sparkplug ids");
    invariant(isByte(options.bdSeq), "bdSeq is 0 to 255");
    this.#options = options;
    this.#bdSeq = options.bdSeq;
    this.#host = options.primaryHostId === undefined ? undefined : new PrimaryHost();
  }

  get isBorn(): boolean {
    return this.#state === "born";
  }

  handle(event: EdgeEvent, nowMs: number): EdgeAction[] {
    switch (event.type) {
      case "start":
        return this.#start(nowMs);
      case "connected":
        return this.#connected();
      case "closed":
        return this.#closed();
      case "message":
        return this.#message(event.topic, event.payload, nowMs);
      case "births-changed":
        return this.#rebirth();
      case "stop":
        return this.#leave(nowMs);
    }
  }

  /**
   * The whole birth: NBIRTH with seq 0, then a DBIRTH for each device that is there. `bdSeq` and
   * `Node Control/Rebirth` are added here. Empty while nobody may be told (not connected, host offline).
   */
  birth(metrics: readonly BirthMetric[], devices: readonly BirthDevice[], nowMs: number): EdgeAction[] {
    if (this.#state !== "birth-due" && this.#state !== "born") return [];
    this.#state = "born";
    this.#seq = 0;
    this.#book.clear();
    const payload = encodePayload({
      timestampMs: nowMs,
      seq: this.#nextSeq(),
      metrics: [
        this.#bdSeqMetric(nowMs),
        // Never an alias: a host that has lost every alias must still be able to ask.
        { name: rebirthName, timestampMs: nowMs, datatype: DataType.Boolean, value: false },
        ...this.#book.announce(node, metrics, nowMs),
      ],
    });
    const { groupId, nodeId } = this.#options;
    return [
      ...this.#listenTo(devices),
      publish(nodeTopic(groupId, "NBIRTH", nodeId), payload),
      ...devices.map((device) => this.#deviceBirth(device, nowMs)),
      { type: "ready" },
    ];
  }

  /** A device came back, or changed what it has, while the node lives. */
  deviceBirth(device: BirthDevice, nowMs: number): EdgeAction[] {
    if (this.#state !== "born") return [];
    return [...this.#listenTo([device]), this.#deviceBirth(device, nowMs)];
  }

  /** A device was lost. Empty when it had not been announced. */
  deviceDeath(deviceId: string, nowMs: number): EdgeAction[] {
    if (this.#state !== "born" || !this.#book.hasDevice(deviceId)) return [];
    this.#book.forget(deviceId);
    const payload = encodePayload({ timestampMs: nowMs, seq: this.#nextSeq(), metrics: [] });
    return [publish(deviceTopic(this.#options.groupId, "DDEATH", this.#options.nodeId, deviceId), payload)];
  }

  /**
   * One NDATA or DDATA with aliases only. Metrics the birth did not name are left out (`knows` tells); undefined
   * when nothing is left or nobody may be told, and then no sequence number is spent.
   */
  data(
    metrics: readonly DataMetric[],
    nowMs: number,
    { device, historical = false }: { readonly device?: string; readonly historical?: boolean } = {},
  ): MqttMessage | undefined {
    if (this.#state !== "born") return undefined;
    const changes = this.#book.changes(device ?? node, historical ? metrics : chronological(metrics), historical);
    if (changes.length === 0) return undefined;
    const payload = encodePayload(
      { timestampMs: nowMs, seq: this.#nextSeq(), metrics: changes },
      { datatypes: "omitted" },
    );
    const { groupId, nodeId } = this.#options;
    const topic =
      device === undefined ? nodeTopic(groupId, "NDATA", nodeId) : deviceTopic(groupId, "DDATA", nodeId, device);
    return { topic, payload, qos: 0, retain: false };
  }

  /** Whether the births in force name this metric. */
  knows(name: string, device?: string): boolean {
    return this.#book.knows(device ?? node, name);
  }

  #start(nowMs: number): EdgeAction[] {
    if (this.#state !== "stopped") return [];
    this.#state = "connecting";
    this.#bdSeq = (this.#bdSeq + 1) & 0xff;
    const { groupId, nodeId, keepAliveS = 15 } = this.#options;
    const will = this.#death(nowMs);
    return [
      { type: "persist-bdSeq", value: this.#bdSeq },
      { type: "connect", session: { clientId: `${groupId}/${nodeId}`, will, keepAliveS } },
    ];
  }

  #connected(): EdgeAction[] {
    if (this.#state !== "connecting") return [];
    this.#commandable.clear();
    this.#host?.newSession();
    const { groupId, nodeId, primaryHostId } = this.#options;
    const subscriptions: MqttSubscription[] = [{ topic: nodeTopic(groupId, "NCMD", nodeId), qos: 1 }];
    if (primaryHostId !== undefined) subscriptions.push({ topic: stateTopic(primaryHostId), qos: 1 });
    this.#state = primaryHostId === undefined ? "birth-due" : "waiting";
    const waits: EdgeAction[] = primaryHostId === undefined ? [{ type: "rebirth-needed" }] : [];
    return [{ type: "subscribe", subscriptions }, ...waits];
  }

  #closed(): EdgeAction[] {
    const wasBorn = this.#state === "born";
    this.#state = "stopped";
    this.#book.clear();
    return wasBorn ? [{ type: "not-ready" }] : [];
  }

  #rebirth(): EdgeAction[] {
    if (this.#state !== "born") return []; // Births come anyway.
    this.#state = "birth-due";
    return [{ type: "not-ready" }, { type: "rebirth-needed" }];
  }

  /** On purpose: tell first, for a DISCONNECT makes the broker forget the will. */
  #leave(nowMs: number): EdgeAction[] {
    if (this.#state === "stopped" || this.#state === "closing") return [];
    const connected = this.#state !== "connecting";
    const wasBorn = this.#state === "born";
    this.#state = "closing";
    const actions: EdgeAction[] = wasBorn ? [{ type: "not-ready" }] : [];
    if (connected) actions.push({ type: "publish", message: this.#death(nowMs) });
    return [...actions, { type: "disconnect" }];
  }

  #message(topicText: string, payload: Uint8Array, nowMs: number): EdgeAction[] {
    const topic = this.#topics.parse(topicText);
    if (!topic.ok) return [refused(topicText, topic.error)];
    if (topic.value.verb === "STATE") {
      return topic.value.hostId === this.#options.primaryHostId ? this.#hostState(topicText, payload, nowMs) : [];
    }
    const { groupId, nodeId } = this.#options;
    const { verb } = topic.value;
    if (topic.value.groupId !== groupId || topic.value.nodeId !== nodeId) return [];
    if (verb === "NCMD") return this.#command(topicText, payload, node);
    if (verb === "DCMD") return this.#command(topicText, payload, topic.value.deviceId);
    return [];
  }

  #hostState(topic: string, payload: Uint8Array, nowMs: number): EdgeAction[] {
    if (this.#host === undefined) return [];
    const verdict = this.#host.heard(payload, nowMs);
    const unborn = this.#state === "waiting";
    if (!unborn && this.#state !== "birth-due" && this.#state !== "born") return [];
    switch (verdict.type) {
      case "online":
        if (!unborn) return [];
        this.#state = "birth-due";
        return [{ type: "rebirth-needed" }];
      case "offline":
        return unborn && !this.#options.walksServers ? [] : this.#leave(nowMs);
      case "outdated":
        // An online older than an offline is refused, as the specification says; but whoever waits on a false
        // offline would wait for ever. A new session reads the retained STATE afresh.
        return unborn && verdict.online ? this.#leave(nowMs) : [];
      case "malformed":
        return [refused(topic, verdict.error)];
    }
  }

  #command(topic: string, payload: Uint8Array, device: string): EdgeAction[] {
    if (this.#state !== "born" && this.#state !== "birth-due") {
      return [refused(topic, { code: "sparkplug.not-born" })];
    }
    const decoded = decodePayload(payload);
    if (!decoded.ok) return [refused(topic, decoded.error)];
    const actions: EdgeAction[] = [];
    const metrics: CommandMetric[] = [];
    let rebirthAsked = false;
    for (const metric of decoded.value.metrics) {
      if (device === node && metric.name === rebirthName) {
        rebirthAsked ||= metric.value === true;
        continue;
      }
      const read = this.#readCommand(device, metric);
      if ("code" in read) actions.push(refused(topic, read));
      else metrics.push(read);
    }
    if (metrics.length > 0) actions.push({ type: "command", metrics, ...(device !== node && { device }) });
    return rebirthAsked ? [...actions, ...this.#rebirth()] : actions;
  }

  #readCommand(device: string, metric: Metric): CommandMetric | CodedError {
    const found = this.#book.find(device, metric);
    if (found === undefined) {
      return { code: "sparkplug.unknown-metric", metric: metric.name ?? `alias ${metric.alias}` };
    }
    const time = metric.timestampMs === undefined ? {} : { timestampMs: metric.timestampMs };
    if (metric.isNull === true) return { ...found, value: null, ...time };
    const value = metric.value === undefined ? undefined : interpretValue(metric.value, found.datatype);
    if (value === undefined) return { code: "sparkplug.wrong-type", metric: found.name, datatype: found.datatype };
    return { ...found, value, ...time };
  }

  #listenTo(devices: readonly BirthDevice[]): EdgeAction[] {
    const fresh = devices.filter(({ id }) => !this.#commandable.has(id));
    if (fresh.length === 0) return [];
    const { groupId, nodeId } = this.#options;
    const subscriptions = fresh.map(({ id }): MqttSubscription => {
      invariant(isSparkplugId(id), `${id} is no Sparkplug device id`);
      this.#commandable.add(id);
      return { topic: deviceTopic(groupId, "DCMD", nodeId, id), qos: 1 };
    });
    return [{ type: "subscribe", subscriptions }];
  }

  #deviceBirth(device: BirthDevice, nowMs: number): EdgeAction {
    const metrics = this.#book.announce(device.id, device.metrics, nowMs);
    const payload = encodePayload({ timestampMs: nowMs, seq: this.#nextSeq(), metrics });
    return publish(deviceTopic(this.#options.groupId, "DBIRTH", this.#options.nodeId, device.id), payload);
  }

  #death(nowMs: number): MqttMessage {
    const { groupId, nodeId } = this.#options;
    const payload = encodePayload({ timestampMs: nowMs, metrics: [this.#bdSeqMetric(nowMs)] });
    return { topic: nodeTopic(groupId, "NDEATH", nodeId), payload, qos: 1, retain: false };
  }

  #bdSeqMetric(nowMs: number): Metric {
    return { name: "bdSeq", timestampMs: nowMs, datatype: DataType.Int64, value: this.#bdSeq };
  }

  #nextSeq(): number {
    const seq = this.#seq;
    this.#seq = (seq + 1) & 0xff;
    return seq;
  }
}

export const rebirthName = "Node Control/Rebirth";

/** The node's own metrics stand under no device. */
const node = "";

const isByte = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 255;

const publish = (topic: string, payload: Uint8Array): EdgeAction => ({
  type: "publish",
  message: { topic, payload, qos: 0, retain: false },
});

const refused = (topic: string, error: CodedError): EdgeAction => ({ type: "refused", topic, error });

/** The order of time, as live values must stand; the caller's order among equals. */
function chronological(metrics: readonly DataMetric[]): readonly DataMetric[] {
  const inOrder = metrics.every((metric, i) => i === 0 || (metrics[i - 1]?.timestampMs ?? 0) <= metric.timestampMs);
  return inOrder ? metrics : metrics.toSorted((a, b) => a.timestampMs - b.timestampMs);
}

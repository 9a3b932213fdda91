import type { MqttMessage, MqttSession, MqttSubscription } from "@penstock/protocol/link";
import { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import { type MonotonicMs, Ms } from "@penstock/protocol/units";
import { type AccessList, accessList, type BrokerIdentity, nameOf } from "./access.ts";
import { MemoryLink } from "./memory-link.ts";
import { NetworkPath } from "./network-path.ts";
import { topicMatches } from "./topics.ts";

export interface MemoryBrokerOptions {
  readonly clock: Clock;
  /** One way between a client and the broker. Default 1 ms. */
  readonly delayMs?: Ms;
  /** Decides which QoS 0 messages a bad path loses. */
  readonly rng?: Rng;
  readonly access?: AccessList;
  /** Sees every message the broker takes or refuses, in order. */
  readonly observe?: (seen: SeenMessage) => void;
}

export interface SeenMessage {
  readonly atMs: MonotonicMs;
  /** Name of the identity that sent it. */
  readonly from: string;
  readonly message: MqttMessage;
  /** How many sessions it went to; absent when the sender was not allowed to publish it. */
  readonly deliveries?: number;
}

/**
 * What an MQTT 3.1.1 broker does, in memory and on a clock: clean sessions, wills, retained messages, QoS 0
 * and 1, filters, one connection a client identifier. Every hop is an event of the clock, so a run is a
 * function of its seed. Quality of service decides only what a bad path may lose: a live TCP connection
 * loses nothing.
 */
export class MemoryBroker {
  readonly #clock: Clock;
  readonly #delayMs: Ms;
  readonly #rng: Rng;
  readonly #access: AccessList;
  readonly #observe: (seen: SeenMessage) => void;
  readonly #paths = new Map<string, NetworkPath>();
  readonly #sessions = new Map<string, BrokerSession>();
  readonly #retained = new Map<string, MqttMessage>();
  /** Who gets a topic and at what quality, worked out once; emptied whenever a subscription changes. */
  readonly #routes = new Map<string, readonly Receiver[]>();
  #isUp = true;

  constructor(options: MemoryBrokerOptions) {
    this.#clock = options.clock;
    this.#delayMs = options.delayMs ?? Ms(1);
    this.#rng = options.rng ?? new Rng("memory-broker");
    this.#access = options.access ?? accessList;
    this.#observe = options.observe ?? (() => {});
  }

  /** A link for one identity, authenticated as that. Links of one identity share its path. */
  link(identity: BrokerIdentity): MemoryLink {
    return new MemoryLink(this, this.#clock, this.path(nameOf(identity)), identity);
  }

  /** The network to one identity (`"group/node"`, `"host"` or `"viewer"`), to break and to mend. */
  path(name: string): NetworkPath {
    const held = this.#paths.get(name);
    if (held !== undefined) return held;
    const path = new NetworkPath(this.#clock, this.#rng.fork(name), this.#delayMs);
    this.#paths.set(name, path);
    return path;
  }

  retained(topic: string): MqttMessage | undefined {
    return this.#retained.get(topic);
  }

  /** The broker's process dies: every connection breaks, nothing of it survives, and nobody gets in until {@link restart}. */
  crash(): void {
    const broken = [...this.#sessions.values()];
    this.#isUp = false;
    this.#sessions.clear();
    this.#retained.clear();
    this.#routes.clear();
    for (const session of broken) session.client.closedByBroker("connection reset");
  }

  restart(): void {
    this.#isUp = true;
  }

  /** Takes a session in, or nobody while the broker is down; one of the same client identifier and identity is thrown out, and its will published [MQTT-3.1.4-2]. */
  open(client: BrokerClient, identity: BrokerIdentity, session: MqttSession): BrokerSession | undefined {
    if (!this.#isUp) return undefined;
    const key = `${nameOf(identity)}\n${session.clientId}`;
    const older = this.#sessions.get(key);
    if (older !== undefined) {
      this.close(older, "abnormal");
      older.client.closedByBroker("another session took over");
    }
    const opened: BrokerSession = { key, client, identity, will: session.will, filters: new Map() };
    this.#sessions.set(key, opened);
    return opened;
  }

  /** Idempotent: a session that is gone stays gone and its will is published once. */
  close(session: BrokerSession, how: "disconnect" | "abnormal"): void {
    if (this.#sessions.get(session.key) !== session) return;
    this.#sessions.delete(session.key);
    this.#routes.clear();
    if (how === "abnormal" && session.will !== undefined) this.#route(session.identity, session.will);
  }

  subscribe(session: BrokerSession, subscriptions: readonly MqttSubscription[]): void {
    if (!this.#isOpen(session)) return;
    for (const { topic: filter, qos } of subscriptions) {
      if (!this.#access.maySubscribe(session.identity, filter)) continue;
      session.filters.set(filter, qos);
      this.#routes.clear();
      for (const message of this.#retained.values()) {
        if (topicMatches(filter, message.topic)) session.client.deliver({ ...message, qos: min(message.qos, qos) });
      }
    }
  }

  /** What is not allowed ends the session, as it does on the embedded broker. */
  publish(session: BrokerSession, message: MqttMessage): void {
    if (!this.#isOpen(session)) return;
    if (this.#route(session.identity, message)) return;
    this.close(session, "abnormal");
    session.client.closedByBroker("not authorized to publish");
  }

  #isOpen(session: BrokerSession): boolean {
    return this.#sessions.get(session.key) === session;
  }

  #route(from: BrokerIdentity, message: MqttMessage): boolean {
    const seen = { atMs: this.#clock.monotonicMs(), from: nameOf(from), message };
    if (!this.#access.mayPublish(from, message.topic)) {
      this.#observe(seen);
      return false;
    }
    if (message.retain) this.#retain(message);
    const receivers = this.#receiversOf(message.topic);
    this.#observe({ ...seen, deliveries: receivers.length });
    const { topic, payload } = message;
    for (const { client, grantedQos } of receivers) {
      client.deliver({ topic, payload, qos: min(message.qos, grantedQos), retain: false }); // [MQTT-3.3.1-9]
    }
    return true;
  }

  #retain(message: MqttMessage): void {
    if (message.payload.length === 0) this.#retained.delete(message.topic);
    else this.#retained.set(message.topic, message);
  }

  #receiversOf(topic: string): readonly Receiver[] {
    const held = this.#routes.get(topic);
    if (held !== undefined) return held;
    const receivers = [...this.#sessions.values()].flatMap((session): Receiver[] => {
      const grantedQos = grantedQosOf(session, topic);
      return grantedQos === undefined ? [] : [{ client: session.client, grantedQos }];
    });
    this.#routes.set(topic, receivers);
    return receivers;
  }
}

/** The client's end of a session, as the broker sees it. */
export interface BrokerClient {
  deliver(message: MqttMessage): void;
  closedByBroker(reason: string): void;
}

export interface BrokerSession {
  readonly key: string;
  readonly client: BrokerClient;
  readonly identity: BrokerIdentity;
  readonly will: MqttMessage | undefined;
  readonly filters: Map<string, 0 | 1>;
}

const min = (a: 0 | 1, b: 0 | 1): 0 | 1 => (a < b ? a : b);

interface Receiver {
  readonly client: BrokerClient;
  readonly grantedQos: 0 | 1;
}

/** Overlapping filters deliver once, at the best quality any of them was granted; undefined where none matches. */
function grantedQosOf(session: BrokerSession, topic: string): 0 | 1 | undefined {
  let granted: 0 | 1 | undefined;
  for (const [filter, qos] of session.filters) {
    if (topicMatches(filter, topic)) granted = granted === 1 ? 1 : qos;
  }
  return granted;
}

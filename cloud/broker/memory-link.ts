import type { LinkEvent, MqttLink, MqttMessage, MqttSession, MqttSubscription } from "@penstock/protocol/link";
import { invariant } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { type Ms, seconds } from "@penstock/protocol/units";
import type { BrokerIdentity } from "./access.ts";
import type { BrokerClient, BrokerSession, MemoryBroker } from "./memory-broker.ts";
import type { Connection, NetworkPath } from "./network-path.ts";
import { Pipe } from "./pipe.ts";

/** Messages a socket takes before it says it is full. */
const sendBufferMax = 1000;
const connectTimeoutMs = seconds(10);

/** An {@link MqttLink} to a {@link MemoryBroker}. */
export class MemoryLink implements MqttLink {
  onEvent: (event: LinkEvent) => void = () => {};
  readonly #broker: MemoryBroker;
  readonly #clock: Clock;
  readonly #path: NetworkPath;
  readonly #identity: BrokerIdentity;
  #connection: MemoryConnection | undefined;

  constructor(broker: MemoryBroker, clock: Clock, path: NetworkPath, identity: BrokerIdentity) {
    this.#broker = broker;
    this.#clock = clock;
    this.#path = path;
    this.#identity = identity;
  }

  connect(session: MqttSession): void {
    invariant(this.#connection === undefined, "a link is connected once at a time");
    const connection = new MemoryConnection(this.#broker, this.#clock, this.#path, this.#identity, session, (event) => {
      if (event.type === "closed" && this.#connection === connection) this.#connection = undefined;
      this.onEvent(event);
    });
    this.#connection = connection;
    connection.open();
  }

  disconnect(): void {
    this.#connection?.disconnect();
  }

  publish(message: MqttMessage): boolean {
    return this.#connection?.publish(message) ?? false;
  }

  subscribe(subscriptions: readonly MqttSubscription[]): void {
    this.#connection?.subscribe(subscriptions);
  }

  /** The process behind this link died: its kernel resets the connection, and nobody is left to be told. */
  abort(): void {
    this.onEvent = () => {};
    this.#connection?.abort();
    this.#connection = undefined;
  }
}

/** One TCP connection with one MQTT session on it. */
class MemoryConnection implements Connection, BrokerClient {
  readonly keepAliveS: number;
  readonly #broker: MemoryBroker;
  readonly #clock: Clock;
  readonly #path: NetworkPath;
  readonly #identity: BrokerIdentity;
  readonly #session: MqttSession;
  readonly #emit: (event: LinkEvent) => void;
  readonly #up: Pipe;
  readonly #down: Pipe;
  #state: "connecting" | "connected" | "closed" = "connecting";
  #brokerSession: BrokerSession | undefined;

  constructor(
    broker: MemoryBroker,
    clock: Clock,
    path: NetworkPath,
    identity: BrokerIdentity,
    session: MqttSession,
    emit: (event: LinkEvent) => void,
  ) {
    this.#broker = broker;
    this.#clock = clock;
    this.#path = path;
    this.#identity = identity;
    this.#session = session;
    this.#emit = emit;
    this.#up = new Pipe(clock);
    this.#down = new Pipe(clock);
    this.keepAliveS = session.keepAliveS;
  }

  open(): void {
    this.#path.opened(this);
    if (this.#path.isCut) this.cut();
    this.#up.send(this.#path.delayMs, () => {
      this.#brokerSession = this.#broker.open(this, this.#identity, this.#session);
      if (this.#brokerSession === undefined) {
        this.#down.send(this.#path.delayMs, () => this.#closed("connection refused"));
        return;
      }
      this.#down.send(this.#path.delayMs, () => {
        this.#state = "connected";
        this.#emit({ type: "connected" });
      });
    });
    this.#clock.after(connectTimeoutMs, () => {
      if (this.#state !== "connecting") return;
      this.#endBrokerSession("abnormal");
      this.#closed("connecting timed out");
    });
  }

  publish(message: MqttMessage): boolean {
    if (this.#state !== "connected" || this.#up.length >= sendBufferMax) return false;
    if (this.#path.drops(message.qos)) return true;
    this.#up.send(this.#path.delayMs, () => {
      if (this.#brokerSession !== undefined) this.#broker.publish(this.#brokerSession, message);
    });
    return true;
  }

  subscribe(subscriptions: readonly MqttSubscription[]): void {
    if (this.#state !== "connected") return;
    this.#up.send(this.#path.delayMs, () => {
      if (this.#brokerSession !== undefined) this.#broker.subscribe(this.#brokerSession, subscriptions);
    });
  }

  /** What was published before it still arrives, as on a socket that is closed in order. */
  disconnect(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#down.close();
    this.#up.send(this.#path.delayMs, () => {
      this.#endBrokerSession("disconnect");
      this.#path.closed(this);
    });
    this.#clock.after(0 as Ms, () => this.#emit({ type: "closed", reason: "disconnected" }));
  }

  abort(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#down.close();
    this.#up.send(this.#path.delayMs, () => {
      this.#endBrokerSession("abnormal");
      this.#path.closed(this);
    });
  }

  deliver(message: MqttMessage): void {
    if (this.#path.drops(message.qos)) return;
    this.#down.send(this.#path.delayMs, () => this.#emit({ type: "message", message }));
  }

  closedByBroker(reason: string): void {
    this.#brokerSession = undefined;
    this.#down.send(this.#path.delayMs, () => this.#closed(reason));
  }

  cut(): void {
    this.#up.cut();
    this.#down.cut();
  }

  mend(delayMs: Ms): void {
    this.#up.mend(delayMs);
    this.#down.mend(delayMs);
  }

  timeOut(): void {
    this.#endBrokerSession("abnormal");
    this.#closed("keep alive timeout");
  }

  #endBrokerSession(how: "disconnect" | "abnormal"): void {
    const session = this.#brokerSession;
    this.#brokerSession = undefined;
    if (session !== undefined) this.#broker.close(session, how);
  }

  #closed(reason: string): void {
    this.#up.close();
    this.#down.close();
    this.#path.closed(this);
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#emit({ type: "closed", reason });
  }
}

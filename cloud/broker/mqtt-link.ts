import type { LinkEvent, MqttLink, MqttMessage, MqttSession, MqttSubscription } from "@penstock/protocol/link";
import { invariant } from "@penstock/protocol/result";
import { type IClientOptions, type MqttClient, connect as mqttConnect } from "mqtt";

export interface BrokerAddress {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Bytes waiting for the socket, and QoS 1 messages waiting for their answer, before {@link MqttLink.publish} refuses. */
const sendBufferBytesMax = 4 << 20;
const inFlightMax = 1000;

/**
 * An {@link MqttLink} over a socket. The MQTT client underneath only carries: it neither queues nor
 * reconnects, because its queue loses the oldest of 65,536 messages without a word.
 */
export class MqttClientLink implements MqttLink {
  onEvent: (event: LinkEvent) => void = () => {};
  readonly #address: BrokerAddress;
  #client: MqttClient | undefined;
  #inFlight = 0;
  #closedBecause = "";

  constructor(address: BrokerAddress) {
    this.#address = address;
  }

  connect(session: MqttSession): void {
    invariant(this.#client === undefined, "a link is connected once at a time");
    const client = mqttConnect(this.#address.url, optionsFor(this.#address, session));
    this.#client = client;
    this.#inFlight = 0;
    this.#closedBecause = "closed by the broker";
    client.on("connect", () => this.onEvent({ type: "connected" }));
    client.on("error", (error) => {
      this.#closedBecause = error.message;
    });
    client.on("message", (topic, payload, { qos, retain }) =>
      this.onEvent({ type: "message", message: { topic, payload, qos: qos === 0 ? 0 : 1, retain } }),
    );
    client.on("close", () => {
      if (this.#client !== client) return;
      this.#client = undefined;
      client.end(true);
      this.onEvent({ type: "closed", reason: this.#closedBecause });
    });
  }

  disconnect(): void {
    this.#closedBecause = "disconnected";
    this.#client?.end();
  }

  publish({ topic, payload, qos, retain }: MqttMessage): boolean {
    const client = this.#client;
    if (client === undefined || !client.connected || client.disconnecting) return false;
    if (client.stream.writableLength > sendBufferBytesMax || this.#inFlight >= inFlightMax) return false;
    this.#inFlight++;
    client.publish(topic, payload as Buffer, { qos, retain }, () => {
      if (this.#client === client) this.#inFlight--;
    });
    return true;
  }

  subscribe(subscriptions: readonly MqttSubscription[]): void {
    if (this.#client?.connected !== true || subscriptions.length === 0) return;
    this.#client.subscribe(Object.fromEntries(subscriptions.map(({ topic, qos }) => [topic, { qos }])));
  }
}

function optionsFor(
  { username, password }: BrokerAddress,
  { clientId, will, keepAliveS }: MqttSession,
): IClientOptions {
  return {
    clientId,
    keepalive: keepAliveS,
    clean: true,
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    queueQoSZero: false,
    resubscribe: false,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(will !== undefined && {
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain },
    }),
  };
}

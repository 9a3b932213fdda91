import type { LinkEvent, MqttLink, MqttMessage, MqttSession, MqttSubscription } from "@penstock/protocol/link";
import { connect, type MqttClient } from "mqtt";

export interface MqttLinkOptions {
  /** `mqtt://host:port` or `mqtts://…`. */
  readonly brokerUrl: string;
  readonly username: string;
  /** Read afresh for every session, so that a changed password needs no restart. Throws when it cannot. */
  readonly password: () => string;
  /** Bytes the operating system has not taken yet; beyond it messages are refused. */
  readonly sendBufferBytesMax?: number;
}

const connectTimeoutMs = 10_000;

/**
 * A thin shell over an MQTT client of which only the wire is used: it must not queue, retry or reconnect,
 * for the outbox does all that and knows why.
 */
export function mqttLink(options: MqttLinkOptions): MqttLink {
  const { sendBufferBytesMax = 1_000_000 } = options;
  let client: MqttClient | undefined;
  const link = {
    onEvent: (_event: LinkEvent): void => {},

    connect(session: MqttSession): void {
      let password: string;
      try {
        password = options.password();
      } catch (cause) {
        const reason = `password file: ${messageOf(cause)}`;
        setImmediate(() => link.onEvent({ type: "closed", reason }));
        return;
      }
      const opened = open(options, session, password);
      client = opened;
      let reason = "the broker closed the connection";
      let isClosed = false;
      opened.on("connect", () => link.onEvent({ type: "connected" }));
      opened.on("message", (topic, payload, { qos, retain }) => {
        if (client !== opened) return;
        link.onEvent({ type: "message", message: { topic, payload, qos: qos === 0 ? 0 : 1, retain } });
      });
      opened.on("error", (error) => {
        reason = messageOf(error);
      });
      opened.on("close", () => {
        if (isClosed) return;
        isClosed = true;
        if (client === opened) client = undefined;
        opened.end(true);
        link.onEvent({ type: "closed", reason });
      });
    },

    disconnect(): void {
      // Not forced: what was just published, the death certificate, leaves first.
      client?.end(false);
    },

    publish({ topic, payload, qos, retain }: MqttMessage): boolean {
      if (client === undefined || !client.connected) return false;
      if (client.stream.writableLength > sendBufferBytesMax) return false;
      client.publish(topic, payload as Buffer, { qos, retain }, ignoreOutcome);
      return true;
    },

    subscribe(subscriptions: readonly MqttSubscription[]): void {
      for (const { topic, qos } of subscriptions) client?.subscribe(topic, { qos }, ignoreOutcome);
    },
  };
  return link;
}

/** A refused message shows as a missing acknowledgement, a refused subscription as a closed session. */
const ignoreOutcome = (): void => {};

function open({ brokerUrl, username }: MqttLinkOptions, session: MqttSession, password: string): MqttClient {
  const { clientId, keepAliveS, will } = session;
  return connect(brokerUrl, {
    protocolVersion: 4,
    clean: true,
    clientId,
    keepalive: keepAliveS,
    username,
    password,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    ...(will && {
      will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos, retain: will.retain },
    }),
  });
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

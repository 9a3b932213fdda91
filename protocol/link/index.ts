/**
 * One MQTT session, as the state machines above it see it: a thing that connects, carries messages and
 * breaks. The real one is a thin shell over an MQTT client, the virtual one a broker in memory. Neither
 * queues: a message published while the link is down is refused, and whoever wanted it sent keeps it.
 */
export interface MqttLink {
  /** Starts a clean session. Exactly one `connected` or `closed` event follows. */
  connect(session: MqttSession): void;
  /** Ends the session on purpose (DISCONNECT: the broker drops the will). A `closed` event follows. */
  disconnect(): void;
  /** Hands a message to the network. False when the link is down or its send buffer is full: keep the message. */
  publish(message: MqttMessage): boolean;
  subscribe(subscriptions: readonly MqttSubscription[]): void;
  /** Who listens. Set once, before `connect`. */
  onEvent: (event: LinkEvent) => void;
}

export interface MqttSession {
  readonly clientId: string;
  readonly will?: MqttMessage;
  readonly keepAliveS: number;
}

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface MqttSubscription {
  readonly topic: string;
  readonly qos: 0 | 1;
}

export type LinkEvent =
  | { readonly type: "connected" }
  | { readonly type: "closed"; readonly reason: string }
  | { readonly type: "message"; readonly message: MqttMessage };

import type { LinkEvent, MqttLink, MqttMessage, MqttSession } from "@penstock/protocol/link";
import { DataType, type HostAction, type HostMetric, SparkplugHost } from "@penstock/protocol/sparkplug";
import type { Clock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";

/**
 * A cloud of one site for tests: a Sparkplug host at the other end of one link, which can be cut, be deaf, or
 * lose messages. It keeps every record by its number and acknowledges what it has without gaps.
 */
export class FakeHost {
  readonly link: FakeLink;
  /** By `stream/sequence`: what arrived, and whether it was flagged as history. */
  readonly records = new Map<string, ReceivedRecord>();
  /** In order of arrival, repeats included. */
  readonly arrivals: ReceivedRecord[] = [];
  acknowledges = true;
  births = 0;
  readonly #clock: Clock;
  readonly #host = new SparkplugHost({ hostId: "test-host", reorderTimeoutMs: 2_000 });
  readonly #covered = new Map<string, Set<number>>();
  readonly #acknowledged = new Map<string, number>();
  readonly #node: { readonly groupId: string; readonly nodeId: string };

  constructor(clock: Clock, node: { readonly groupId: string; readonly nodeId: string }) {
    this.#clock = clock;
    this.#node = node;
    this.link = new FakeLink(clock, (message) => this.#receive(message));
    this.#host.handle({ type: "start" }, clock.nowMs());
    this.#host.handle({ type: "connected" }, clock.nowMs());
    const tick = () => {
      this.#perform(this.#host.handle({ type: "tick" }, clock.nowMs()));
      clock.after(Ms(500), tick);
    };
    tick();
  }

  command(name: string, datatype: DataType, value: string | Uint8Array): void {
    const { groupId, nodeId } = this.#node;
    this.link.deliver(this.#host.command(groupId, nodeId, [{ name, datatype, value }], this.#clock.nowMs()));
  }

  sendLease(envelope: Uint8Array): void {
    this.command("Dispatch/Lease", DataType.Bytes, envelope);
  }

  acknowledge(epoch: string, stream: string, upTo: number): void {
    this.command("Sync/Committed", DataType.String, JSON.stringify({ epoch, stream, upTo }));
  }

  /** Every metric of this name in the order of its record, e.g. all `Dispatch/Ack`. */
  values(name: string): unknown[] {
    return [...this.records.values()].flatMap(({ metrics }) =>
      metrics.filter((metric) => metric.name === name).map((metric) => metric.value),
    );
  }

  sequences(stream: string): number[] {
    return [...this.records.values()].filter((record) => record.stream === stream).map(({ sequence }) => sequence);
  }

  /** True when no number up to `upTo` is missing. */
  hasAll(stream: string, upTo: number): boolean {
    const covered = this.#covered.get(stream) ?? new Set();
    return Array.from({ length: upTo }, (_, index) => index + 1).every((sequence) => covered.has(sequence));
  }

  #receive(message: MqttMessage): void {
    this.#perform(
      this.#host.handle({ type: "message", topic: message.topic, payload: message.payload }, this.#clock.nowMs()),
    );
  }

  #perform(actions: readonly HostAction[]): void {
    for (const action of actions) {
      if (action.type === "publish") this.link.deliver(action.message);
      else if (action.type === "node-born") this.births++;
      else if (action.type === "data") this.#data(action.metrics, action.device);
    }
  }

  #data(metrics: readonly HostMetric[], device: string | undefined): void {
    let epoch = "";
    let stream = "";
    let record: ReceivedRecord | undefined;
    for (const { name, value, isHistorical = false } of metrics) {
      if (name === "Record/Epoch") epoch = String(value);
      else if (name === "Record/Stream") stream = String(value);
      else if (name === "Record/Sequence") {
        record = {
          stream,
          sequence: Number(value),
          from: Number(value),
          device,
          historical: isHistorical,
          metrics: [],
        };
        this.arrivals.push(record);
        this.records.set(`${stream}/${record.sequence}`, record);
        this.#cover(stream, record.sequence, record.sequence);
      } else if (name === "Record/FoldedFrom" && record !== undefined) {
        record.from = Number(value);
        this.#cover(stream, record.from, record.sequence);
      } else record?.metrics.push({ name, value });
    }
    if (this.acknowledges) this.#acknowledgeWhole(epoch, stream);
  }

  #cover(stream: string, from: number, to: number): void {
    const covered = this.#covered.get(stream) ?? new Set();
    this.#covered.set(stream, covered);
    for (let sequence = from; sequence <= to; sequence++) covered.add(sequence);
  }

  #acknowledgeWhole(epoch: string, stream: string): void {
    const covered = this.#covered.get(stream) ?? new Set();
    const before = this.#acknowledged.get(stream) ?? 0;
    let upTo = before;
    while (covered.has(upTo + 1)) upTo++;
    this.#acknowledged.set(stream, upTo);
    this.acknowledge(epoch, stream, upTo);
  }
}

export interface ReceivedRecord {
  readonly stream: string;
  readonly sequence: number;
  from: number;
  readonly device: string | undefined;
  readonly historical: boolean;
  readonly metrics: { readonly name: string; readonly value: unknown }[];
}

/** One MQTT session on a clock. Every process that connects through it gets the events of its own session only. */
export class FakeLink implements MqttLink {
  onEvent: (event: LinkEvent) => void = () => {};
  isUp = true;
  isFull = false;
  /** Asked for every message on its way up; true loses it, as QoS 0 may. */
  loses: (message: MqttMessage) => boolean = () => false;
  readonly sessions: MqttSession[] = [];
  readonly #clock: Clock;
  readonly #onPublish: (message: MqttMessage) => void;
  #session = 0;
  #isConnected = false;

  constructor(clock: Clock, onPublish: (message: MqttMessage) => void) {
    this.#clock = clock;
    this.#onPublish = onPublish;
  }

  connect(session: MqttSession): void {
    this.sessions.push(session);
    const id = ++this.#session;
    this.#clock.after(Ms(5), () => {
      if (id !== this.#session) return;
      this.#isConnected = this.isUp;
      this.onEvent(this.isUp ? { type: "connected" } : { type: "closed", reason: "no route" });
    });
  }

  disconnect(): void {
    this.#close("disconnected");
  }

  cut(): void {
    this.isUp = false;
    this.#close("cut");
  }

  publish(message: MqttMessage): boolean {
    if (!this.#isConnected || this.isFull) return false;
    const id = this.#session;
    if (this.loses(message)) return true;
    this.#clock.after(Ms(2), () => {
      if (id === this.#session && this.#isConnected) this.#onPublish(message);
    });
    return true;
  }

  subscribe(): void {}

  deliver(message: MqttMessage): void {
    const id = this.#session;
    this.#clock.after(Ms(2), () => {
      if (id === this.#session && this.#isConnected) this.onEvent({ type: "message", message });
    });
  }

  #close(reason: string): void {
    const wasConnected = this.#isConnected;
    this.#isConnected = false;
    this.#session++;
    if (wasConnected) this.#clock.after(Ms(1), () => this.onEvent({ type: "closed", reason }));
  }
}
